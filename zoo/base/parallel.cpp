#include "zoo/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace zoo {
namespace {

constexpr size_t kBytesPerThread = 1 << 20;  // below this a thread costs more than it saves

}  // namespace

void run_parallel(size_t count, size_t bytes, const std::function<void(size_t)>& work) {
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const size_t threads = std::min({cores, count, 1 + bytes / kBytesPerThread});
  if (threads <= 1) {
    for (size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<size_t> next{0};
  std::mutex mutex;
  size_t failed = count;
  std::exception_ptr error;
  const auto run = [&] {
    for (size_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (i < failed) {
          failed = i;
          error = std::current_exception();
        }
      }
    }
  };
  std::vector<std::jthread> others;
  for (size_t i = 1; i < threads; ++i) others.emplace_back(run);
  run();
  others.clear();
  if (error) std::rethrow_exception(error);
}

}  // namespace zoo
