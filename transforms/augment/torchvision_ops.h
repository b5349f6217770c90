// The operations of torchvision's policies and how strong each may be (torchvision 0.28,
// transforms/autoaugment.py). Internal to transforms.
#pragma once

#include <cstdint>

#include "transforms/augment/geometry.h"
#include "transforms/random/random.h"

namespace zoo::torchvision {

enum class Op {
  identity,
  shear_x,
  shear_y,
  translate_x,
  translate_y,
  rotate,
  brightness,
  color,
  contrast,
  sharpness,
  posterize,
  solarize,
  auto_contrast,
  equalize,
  invert
};

// The magnitudes of an operation: `bins` numbers from `from` to `to`, of either sign if `is_signed`.
struct Space {
  Op op = Op::identity;
  float from = 0, to = 0;
  bool is_signed = false;
  bool has_magnitude() const { return from != to; }
};

// How far each kind of operation goes.
struct Extent {
  float shear = 0, translate_x = 0, translate_y = 0, rotate = 0, enhance = 0;
  float most_bits = 8, least_bits = 4;
};
// As far as the paper's AutoAugment goes in a picture of that size.
Extent paper_extent(Size size);

Space space_of(Op op, const Extent& extent);
// 0 where the operation has none.
double magnitude(const Space& space, int64_t bin, int64_t bins);
double draw_sign(const Space& space, double value, RandomStream& random);

// As on a PIL image.
void apply(Op op, double strength, const Sampling& sampling, Image& image);

}  // namespace zoo::torchvision
