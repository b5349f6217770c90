// What a loader hands out.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace zoo {

struct Batch {
  at::Tensor images;  // [N, 3, H, W] channels-last, in LoaderOptions::dtype
  // [N] int64, the dataset's; where the set has several labels a picture, [N, classes] float of 0 and 1
  at::Tensor labels;
  std::vector<int64_t> indices;  // of the samples, in the dataset
  at::Tensor mixed_labels;       // [N, classes] float, rows of sum 1; undefined without mixing
};

}  // namespace zoo
