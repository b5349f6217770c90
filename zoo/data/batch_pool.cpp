#include "zoo/data/batch_pool.h"

#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

namespace zoo {
namespace {

constexpr size_t kMost = 8;  // more are held by somebody who keeps batches: they are theirs

}  // namespace

at::Tensor BatchPool::take(int64_t count, int64_t most, Size size) {
  const c10::InferenceMode off(false);  // the batch may be learned from, wherever it is asked for
  const std::vector<int64_t> shape{most, 3, size.height, size.width};
  const auto is_free = [&](const at::Tensor& batch) {
    return batch.sizes() == shape && batch.use_count() == 1 && batch.storage().use_count() == 1;
  };
  auto found = std::find_if(batches_.begin(), batches_.end(), is_free);
  if (found == batches_.end()) {
    if (batches_.size() == kMost) batches_.erase(batches_.begin());
    batches_.push_back(
        at::empty(shape, at::TensorOptions(dtype_).pinned_memory(pinned_), at::MemoryFormat::ChannelsLast));
    found = std::prev(batches_.end());
  }
  return found->narrow(0, 0, count);
}

}  // namespace zoo
