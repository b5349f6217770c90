#include "tests/core/failing_system.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<int> armed{-1};  // the kind of call, or -1
std::atomic<int> left{0};    // calls until the one that fails
std::atomic<int> given{0};   // its errno
thread_local bool spared = false;
std::atomic<int> changes_left{0};  // until the kill; 0: none

void count_change() {
  if (changes_left > 0 && changes_left.fetch_sub(1) == 1) std::raise(SIGKILL);
}

// Whether this call is the one.
bool fails(zoo::test::SystemCall call) {
  if (armed.load() != static_cast<int>(call) || spared || left.fetch_sub(1) != 1) return false;
  errno = given;
  return true;
}

void* allocate(std::size_t size) {
  void* memory = fails(zoo::test::SystemCall::allocate) ? nullptr : std::malloc(size == 0 ? 1 : size);
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

void spare_this_thread() {
  spared = true;
}

void kill_at_change(int n) {
  changes_left = n;
}

}  // namespace zoo::test

using zoo::test::SystemCall;

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const unsigned mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, unsigned) : 0;
  va_end(rest);
  if ((flags & O_CREAT) != 0) count_change();
  return fails(SystemCall::open) ? -1 : static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

ssize_t write(int file, const void* data, size_t size) {
  count_change();
  return fails(SystemCall::write) ? -1 : ::syscall(SYS_write, file, data, size);
}

int fsync(int file) {
  count_change();
  return fails(SystemCall::sync) ? -1 : static_cast<int>(::syscall(SYS_fsync, file));
}

int rename(const char* from, const char* to) noexcept {
  count_change();
  return fails(SystemCall::rename)
             ? -1
             : static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int unlink(const char* path) noexcept {
  count_change();
  return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int ftruncate(int file, off_t size) noexcept {
  count_change();
  return fails(SystemCall::truncate) ? -1 : static_cast<int>(::syscall(SYS_ftruncate, file, size));
}

void* mmap(void* address, size_t size, int protection, int flags, int file, off_t offset) noexcept {
  if (fails(SystemCall::map)) return MAP_FAILED;
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
  return fails(SystemCall::allocate) ? nullptr : std::malloc(size);
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
