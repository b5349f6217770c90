// What torchvision does to the colours of a tensor, which is not what it does to those of a PIL image:
// numbers in single precision, truncated in the end. Bit-equal to torchvision 0.28 on PyTorch 2.13. All work
// in place, on three channels. Posterize, solarize, equalize and invert are the same on both, see tables.h.
#pragma once

#include "transforms/image.h"

namespace zoo::tensor {

// Factors are 0 or more. 1 leaves the picture as it is.
void adjust_brightness(Image& image, double factor);
void adjust_contrast(Image& image, double factor);
void adjust_saturation(Image& image, double factor);
// 0 smooths, 2 sharpens. Pictures of less than three pixels either way stay as they are.
void adjust_sharpness(Image& image, double factor);
void autocontrast(Image& image);

}  // namespace zoo::tensor
