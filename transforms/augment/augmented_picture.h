// A training picture on its way: whose random numbers it has, what of it is wanted, what became of it.
#pragma once

#include <cstdint>
#include <vector>

#include "transforms/augment/erasure.h"
#include "transforms/image.h"
#include "transforms/resize/resize.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

struct SampleKey {
  uint64_t seed = 0, epoch = 0, sample = 0;
  uint32_t repeat = 0;  // which copy of the sample, for repeated augmentation; below 65536
};

// The part of a picture that is wanted and what it becomes.
struct WindowPlan {
  CropRect window;  // inside the picture
  Size target;
  Interpolation interpolation = Interpolation::bilinear;
  Backend backend = Backend::pillow;
  friend bool operator==(const WindowPlan&, const WindowPlan&) = default;
};

struct AugmentedPicture {
  Image image;
  std::vector<Erasure> erasures;  // to be applied in this order after normalisation
};

}  // namespace zoo
