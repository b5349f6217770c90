// torchvision's F.affine and F.rotate of a tensor: a grid of places and the pixels between pixels there, both
// in single precision. Bit-equal to torchvision 0.28 on PyTorch 2.13 for x86, in one thread and where MKL
// does not fuse (docs/augmentation.md).
#pragma once

#include <optional>

#include "transforms/augment/geometry.h"

namespace zoo::tensor {

struct GridSampling {
  Interpolation interpolation = Interpolation::nearest;  // or bilinear: torchvision knows no other here
  // What the input is surrounded by. Nothing: black, into which bilinear interpolation fades at the border. A
  // colour is blended in by a mask that fades there too, as in torchvision: black is not the same as nothing.
  std::optional<Colour> fill = std::nullopt;
};

// Pictures keep their size. A center is in pixels from the top left corner; nothing: the middle.
void affine(Image& image, const AffineOptions& options, const GridSampling& sampling);
// About the middle, counter-clockwise.
void rotate(Image& image, double degrees, const GridSampling& sampling);

}  // namespace zoo::tensor
