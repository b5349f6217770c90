// Lets the n-th call of one kind fail in this program: for every n that occurs in some work, what happens is
// then what a full disk, a lost permission or exhausted memory does. A program that links this has its own
// open, write, fsync, rename, unlink, mmap, ftruncate and operator new, which all libraries in it use.
#pragma once

namespace zoo::test {

enum class SystemCall { open, write, sync, rename, map, truncate, allocate };

// While it lives; one at a time.
class FailingCall {
 public:
  // The n-th call, counted from 1, gives `error` (an errno; allocations throw std::bad_alloc), later ones
  // work.
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
