// Memory of batches, used again once nobody holds it: a fresh batch costs a page fault every 4 KB. Internal
// to data.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "transforms/resize/resize.h"

namespace zoo {

class BatchPool {
 public:
  BatchPool(at::ScalarType dtype, bool pinned) : dtype_(dtype), pinned_(pinned) {}
  // [count, 3, height, width] channels-last, not filled; cut from one of `most` rows. Throws
  // Error{io} where there is no memory for it.
  at::Tensor take(int64_t count, int64_t most, Size size);

 private:
  at::ScalarType dtype_;
  bool pinned_;
  std::vector<at::Tensor> batches_;
};

}  // namespace zoo
