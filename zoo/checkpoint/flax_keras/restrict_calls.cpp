#include "zoo/checkpoint/flax_keras/restrict_calls.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace zoo {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t kArchitecture = 0;  // no rules are known for it
#endif

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

// Of memory and of locks in it, and of the process's end.
constexpr std::array kAllowed{SYS_brk,   SYS_munmap,       SYS_mremap, SYS_madvise,
                              SYS_futex, SYS_rt_sigreturn, SYS_exit,   SYS_exit_group};

// Of an argument's lower 32 bits, which is all that the kernel takes of those that are looked at here.
struct Condition {
  size_t argument;
  int comparison;  // BPF_JEQ: it is the value; BPF_JSET: it has one of the value's bits
  uint32_t value;
  bool wanted = true;
};

// Rules for the kernel's filter machine, one after another; the accumulator holds the call's number at the
// start of each. A jump's numbers say how many instructions to pass over.
class Filter {
 public:
  Filter() {
    load(offsetof(seccomp_data, arch));
    add(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0);
    verdict(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
  }

  void allow(long call, std::initializer_list<Condition> conditions = {}) {
    const size_t length = 2 * conditions.size() + 2;
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, length);
    size_t to_refusal = length - 1;
    for (const Condition& condition : conditions) {
      to_refusal -= 2;
      load(offsetof(seccomp_data, args) + condition.argument * sizeof(uint64_t));  // little-endian
      add(BPF_JMP | condition.comparison | BPF_K, condition.value, condition.wanted ? 0 : to_refusal,
          condition.wanted ? to_refusal : 0);
    }
    verdict(SECCOMP_RET_ALLOW);
    verdict(kRefusal);
  }
  bool install() {
    verdict(kRefusal);
    const sock_fprog program{static_cast<unsigned short>(rules_.size()), rules_.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  }

 private:
  static constexpr uint32_t kRefusal = SECCOMP_RET_ERRNO | EPERM;

  void add(int code, uint32_t value, size_t if_true = 0, size_t if_false = 0) {
    rules_.push_back(
        {static_cast<uint16_t>(code), static_cast<uint8_t>(if_true), static_cast<uint8_t>(if_false), value});
  }
  void load(size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset)); }
  void verdict(uint32_t value) { add(BPF_RET | BPF_K, value); }

  std::vector<sock_filter> rules_;
};

}  // namespace

bool restrict_calls(int out) {
  if (kSanitized) return false;
  constexpr rlimit kNone{0, 0};
  ::setrlimit(RLIMIT_NOFILE, &kNone);
  ::setrlimit(RLIMIT_FSIZE, &kNone);
  if (kArchitecture == 0) return false;
  Filter filter;
  for (const long call : kAllowed) filter.allow(call);
  filter.allow(SYS_write, {{0, BPF_JEQ, static_cast<uint32_t>(out)}});
  // Memory that no file backs and from which no code runs.
  filter.allow(SYS_mmap, {{2, BPF_JSET, PROT_EXEC, false}, {3, BPF_JSET, MAP_ANONYMOUS}});
  filter.allow(SYS_mprotect, {{2, BPF_JSET, PROT_EXEC, false}});
  return filter.install();
}

}  // namespace zoo
