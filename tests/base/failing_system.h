// Lets the n-th call of one kind fail in this program: for every n that occurs in some work, what happens is
// then what a full disk, a lost permission or exhausted memory does, or a kill between any two steps. A
// program that links this has its own open, write, fsync, rename, mmap, ftruncate, operator new and so on,
// which all libraries in it use. Loaded into another program by LD_PRELOAD it does what the variable
// kFailingCall says.
#pragma once

#include <string>

namespace zoo::test {

enum class SystemCall {
  open,
  write,
  sync,
  rename,
  map,
  truncate,
  allocate,
  exchange,  // of two names
  link,
  remove,  // of a file or an empty folder
  make_folder,
  change,  // any of these that changes what is on the disk
  step,    // the same but write, of which there may be very many
};

constexpr int kKilled = -1;  // instead of an errno: the process gets SIGKILL in place of the call

// From now on no names can be exchanged, as on many network file systems.
void refuse_exchanges();

// Of the environment: what failing_call() returns.
constexpr const char* kFailingCall = "ZOO_FAILING_CALL";
inline std::string failing_call(SystemCall call, int n, int error) {
  return std::to_string(static_cast<int>(call)) + ' ' + std::to_string(n) + ' ' + std::to_string(error);
}

// While it lives; one at a time.
class FailingCall {
 public:
  // The n-th call, counted from 1, gives `error` (an errno or kKilled; allocations throw std::bad_alloc),
  // later ones work.
  FailingCall(SystemCall call, int n, int error);
  ~FailingCall();
  FailingCall(const FailingCall&) = delete;
  FailingCall& operator=(const FailingCall&) = delete;
  bool happened() const;  // false: there are fewer than n calls
};

// The calls of this thread never fail, nor are they counted.
void spare_this_thread();

// Kills this process (SIGKILL) in place of the n-th call from now on that changes a file or a folder:
// creates, writes, syncs, truncates, renames or removes. Between these calls a kill leaves the same on the
// disk, so that the kills at every n are all the kills there are.
void kill_at_change(int n);

}  // namespace zoo::test
