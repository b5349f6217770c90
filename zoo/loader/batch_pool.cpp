#include "zoo/loader/batch_pool.h"

#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <string>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr size_t kMost = 8;  // more are held by somebody who keeps batches: they are theirs

at::Tensor allocate(const std::vector<int64_t>& shape, const at::TensorOptions& options) try {
  return at::empty(shape, options, at::MemoryFormat::ChannelsLast);
} catch (const c10::Error&) {
  throw Error(ErrorCode::io, "",
              "not enough memory for a batch of " + std::to_string(shape[0]) + " pictures of " +
                  std::to_string(shape[3]) + " x " + std::to_string(shape[2]) + " pixels",
              "Use a smaller batch or smaller pictures.");
}

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
    batches_.push_back(allocate(shape, at::TensorOptions(dtype_).pinned_memory(pinned_)));
    found = std::prev(batches_.end());
  }
  return found->narrow(0, 0, count);
}

}  // namespace zoo
