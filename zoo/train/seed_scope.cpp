#include "zoo/train/seed_scope.h"

#include <mutex>

#include <ATen/CPUGeneratorImpl.h>

namespace zoo {

SeedScope::SeedScope(uint64_t seed) : generator_(at::detail::getDefaultCPUGenerator()) {
  const std::lock_guard<std::mutex> lock(generator_.mutex());
  state_ = generator_.get_state();
  generator_.set_current_seed(seed);
}

SeedScope::~SeedScope() {
  const std::lock_guard<std::mutex> lock(generator_.mutex());
  generator_.set_state(state_);
}

}  // namespace zoo
