// Operations that mix neighbouring pixels. All work in place, on three channels.
#pragma once

#include <cstdint>

#include "transforms/image.h"

namespace zoo {

// Pillow's ImageEnhance.Sharpness: 0 smooths, 1 leaves, 2 sharpens. Bit-equal to Pillow 13.
void adjust_sharpness(Image& image, double factor);

// Pillow's ImageFilter.GaussianBlur: three box blurs a direction. Bit-equal to Pillow 13.
void gaussian_blur_pillow(Image& image, double radius);

struct GaussianKernel {
  int64_t width = 23, height = 23;  // odd
  double sigma = 1;                 // more than 0
};
// torchvision's gaussian_blur: a single-precision convolution with reflected borders, rounded half to even.
// Throws Error{mismatch} where a reflected border would be wider than the picture less one pixel.
void gaussian_blur_torchvision(Image& image, const GaussianKernel& kernel);

}  // namespace zoo
