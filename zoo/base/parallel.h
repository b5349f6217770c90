// Runs independent pieces of work on all cores.
#pragma once

#include <cstddef>
#include <functional>

namespace zoo {

// Calls work(0) ... work(count - 1), each once, on as many threads as `bytes` of work are worth. Rethrows the
// error of the lowest index that failed.
void run_parallel(size_t count, size_t bytes, const std::function<void(size_t)>& work);

}  // namespace zoo
