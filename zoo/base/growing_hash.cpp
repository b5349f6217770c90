#include "zoo/base/growing_hash.h"

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <vector>

#include <unistd.h>

#include "zoo/base/error.h"
#include "zoo/base/sha256.h"

namespace zoo {
namespace {

constexpr int64_t kBlock = 256LL << 10;  // bytes: stays in the second-level cache between copy and hash

}  // namespace

GrowingHash::GrowingHash(int descriptor) : descriptor_(descriptor) {
  try {
    thread_ = std::thread([this] {
      try {
        follow();
      } catch (...) {
        failure_ = std::current_exception();
      }
    });
  } catch (const std::system_error& error) {
    throw Error(ErrorCode::io, "", std::string("cannot start a thread: ") + error.what());
  }
}

GrowingHash::~GrowingHash() {
  end(true);
}

void GrowingHash::end(bool abandoned) {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    abandoned_ = abandoned;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void GrowingHash::grow_to(int64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    bytes_ = bytes;
  }
  changed_.notify_one();
}

std::string GrowingHash::hex() {
  end(false);
  if (failure_) std::rethrow_exception(failure_);
  return hex_;
}

int64_t GrowingHash::wait_for_more(int64_t done) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || bytes_ > done; });
  return abandoned_ ? done : bytes_;
}

void GrowingHash::follow() {
  Sha256 hash;
  std::vector<std::byte> block(kBlock);
  int64_t done = 0;
  for (int64_t there = 0; (there = wait_for_more(done)) > done;) {
    const auto wanted = static_cast<size_t>(std::min(there - done, kBlock));
    const ssize_t got = ::pread(descriptor_, block.data(), wanted, done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      throw Error(
          ErrorCode::io, "",
          "what was written cannot be read again: " + std::generic_category().message(got < 0 ? errno : EIO));
    }
    hash.update(std::span(block).first(static_cast<size_t>(got)));
    done += got;
  }
  hex_ = hash.hex();
}

}  // namespace zoo
