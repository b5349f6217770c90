// The SHA-256 of a file while it is being written: a thread of its own reads what is there already, so that
// the hash is ready soon after the last byte, and is of what the system has kept, earlier parts included.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

namespace zoo {

class GrowingHash {
 public:
  // Reads by position from `descriptor`, which must outlive it; nobody may shorten the file meanwhile.
  explicit GrowingHash(int descriptor);
  ~GrowingHash();
  GrowingHash(const GrowingHash&) = delete;
  GrowingHash& operator=(const GrowingHash&) = delete;

  void grow_to(int64_t bytes);  // so many are there now
  // Of all of them, once; waits for what is not hashed yet. Throws Error{io} if the file cannot be read.
  std::string hex();

 private:
  void follow();
  // Waits until there is more than `done`; how much there is, or `done` again at the end.
  int64_t wait_for_more(int64_t done);
  void end(bool abandoned);

  int descriptor_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t bytes_ = 0;
  bool ended_ = false, abandoned_ = false;
  std::string hex_;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace zoo
