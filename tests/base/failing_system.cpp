#include "tests/base/failing_system.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<int> armed{-1};  // the kind of call, or -1
std::atomic<int> left{0};    // calls until the one that fails
std::atomic<int> given{0};   // its errno
std::atomic<bool> exchanges_refused{false};
thread_local bool spared = false;

// Whether this call is the one.
bool fails(zoo::test::SystemCall call, bool is_change = true) {
  using zoo::test::SystemCall;
  const int kind = armed.load();
  const bool counts =
      kind == static_cast<int>(call) ||
      (is_change && (kind == static_cast<int>(SystemCall::change) ||
                     (kind == static_cast<int>(SystemCall::step) && call != SystemCall::write)));
  if (!counts || spared || left.fetch_sub(1) != 1) return false;
  if (given == zoo::test::kKilled) ::kill(::getpid(), SIGKILL);
  errno = given;
  return true;
}

// What a program that this was loaded into is to do.
[[gnu::constructor]] void read_environment() {
  const char* text = std::getenv(zoo::test::kFailingCall);
  int call = 0, n = 0, error = 0;
  if (text == nullptr || std::sscanf(text, "%d %d %d", &call, &n, &error) != 3) return;
  left = n;
  given = error;
  armed = call;
}

void* allocate(std::size_t size) {
  void* memory = fails(zoo::test::SystemCall::allocate, false) ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

namespace zoo::test {

FailingCall::FailingCall(SystemCall call, int n, int error) {
  left = n;
  given = error;
  armed = static_cast<int>(call);
}

FailingCall::~FailingCall() {
  armed = -1;
}

bool FailingCall::happened() const {
  return left <= 0;
}

void refuse_exchanges() {
  exchanges_refused = true;
}

void spare_this_thread() {
  spared = true;
}

void kill_at_change(int n) {
  left = n;
  given = kKilled;
  armed = static_cast<int>(SystemCall::change);
}

}  // namespace zoo::test

using zoo::test::SystemCall;

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const unsigned mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, unsigned) : 0;
  va_end(rest);
  return fails(SystemCall::open, (flags & O_CREAT) != 0)
             ? -1
             : static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

ssize_t write(int file, const void* data, size_t size) {
  return fails(SystemCall::write, file > STDERR_FILENO) ? -1 : ::syscall(SYS_write, file, data, size);
}

int fsync(
    int) {  // what is on the disk after a loss of power is not tested, and a real one takes milliseconds
  return fails(SystemCall::sync) ? -1 : 0;
}

int rename(const char* from, const char* to) noexcept {
  return fails(SystemCall::rename)
             ? -1
             : static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  if (fails(SystemCall::exchange)) return -1;
  if (exchanges_refused && (flags & RENAME_EXCHANGE) != 0) {
    errno = EINVAL;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

int link(const char* from, const char* to) noexcept {
  return fails(SystemCall::link) ? -1
                                 : static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  return fails(SystemCall::remove) ? -1 : static_cast<int>(::syscall(SYS_unlinkat, folder, path, flags));
}
int unlink(const char* path) noexcept {
  return unlinkat(AT_FDCWD, path, 0);
}
int rmdir(const char* path) noexcept {
  return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdir(const char* path, mode_t mode) noexcept {
  return fails(SystemCall::make_folder) ? -1 : static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

int ftruncate(int file, off_t size) noexcept {
  return fails(SystemCall::truncate) ? -1 : static_cast<int>(::syscall(SYS_ftruncate, file, size));
}

void* mmap(void* address, size_t size, int protection, int flags, int file, off_t offset) noexcept {
  if (fails(SystemCall::map, false)) return MAP_FAILED;
  return reinterpret_cast<void*>(::syscall(SYS_mmap, address, size, protection, flags, file, offset));
}

}  // extern "C"

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return fails(SystemCall::allocate, false) ? nullptr : std::malloc(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return operator new(size, std::nothrow);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
