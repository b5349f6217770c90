// A window of a picture, any one.
#pragma once

#include "transforms/image.h"
#include "transforms/random/random.h"
#include "transforms/resize/resize.h"

namespace zoo::test {

inline CropRect random_window(RandomStream& random, const Image& image) {
  CropRect rect;
  rect.left = random.below(image.width);
  rect.top = random.below(image.height);
  rect.width = 1 + random.below(image.width - rect.left);
  rect.height = 1 + random.below(image.height - rect.top);
  return rect;
}

}  // namespace zoo::test
