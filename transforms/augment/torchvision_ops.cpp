#include "transforms/augment/torchvision_ops.h"

#include <cmath>
#include <numbers>

#include "transforms/augment/colour.h"
#include "transforms/augment/filters.h"
#include "transforms/augment/tables.h"

namespace zoo::torchvision {
namespace {

// torch.linspace in single precision, from both ends to the middle. PyTorch's builds fuse multiply and add,
// which decides whether a translation is by a whole number of pixels or by just less.
double linspace(const Space& space, int64_t bin, int64_t bins) {
  const float step = (space.to - space.from) / static_cast<float>(bins - 1);
  return bin < bins / 2 ? std::fma(step, static_cast<float>(bin), space.from)
                        : std::fma(-step, static_cast<float>(bins - 1 - bin), space.to);
}

double degrees_of_slope(double slope) {
  return std::atan(slope) * (180.0 / std::numbers::pi);
}

// What shears and translations do; nothing for other operations.
std::optional<AffineOptions> affine_of(Op op, double strength) {
  constexpr PointXY kCorner{0, 0};
  switch (op) {
    case Op::shear_x:
      return AffineOptions{.shear = {degrees_of_slope(strength), 0}, .center = kCorner};
    case Op::shear_y:
      return AffineOptions{.shear = {0, degrees_of_slope(strength)}, .center = kCorner};
    case Op::translate_x:
      return AffineOptions{.translate = {std::trunc(strength), 0}};
    case Op::translate_y:
      return AffineOptions{.translate = {0, std::trunc(strength)}};
    default:
      return std::nullopt;
  }
}

}  // namespace

Extent paper_extent(Size size) {
  constexpr double kShare = 150.0 / 331.0;
  return {.shear = 0.3F,
          .translate_x = static_cast<float>(kShare * static_cast<double>(size.width)),
          .translate_y = static_cast<float>(kShare * static_cast<double>(size.height)),
          .rotate = 30,
          .enhance = 0.9F};
}

Space space_of(Op op, const Extent& extent) {
  switch (op) {
    case Op::shear_x:
    case Op::shear_y:
      return {op, 0, extent.shear, true};
    case Op::translate_x:
      return {op, 0, extent.translate_x, true};
    case Op::translate_y:
      return {op, 0, extent.translate_y, true};
    case Op::rotate:
      return {op, 0, extent.rotate, true};
    case Op::brightness:
    case Op::color:
    case Op::contrast:
    case Op::sharpness:
      return {op, 0, extent.enhance, true};
    case Op::posterize:
      return {op, extent.most_bits, extent.least_bits, false};
    case Op::solarize:
      return {op, 255, 0, false};
    default:
      return {op};
  }
}

double magnitude(const Space& space, int64_t bin, int64_t bins) {
  if (!space.has_magnitude()) return 0;
  if (space.op != Op::posterize) return linspace(space, bin, bins);
  const double lost = static_cast<double>(space.from - space.to);
  const auto divisor = static_cast<float>(static_cast<double>(bins - 1) / lost);
  return space.from - std::nearbyint(static_cast<float>(bin) / divisor);
}

double draw_sign(const Space& space, double value, RandomStream& random) {
  return space.is_signed && random.below(2) == 1 ? -value : value;
}

void apply(Op op, double strength, const Sampling& sampling, Image& image) {
  if (const auto options = affine_of(op, strength)) return affine(image, *options, sampling);
  switch (op) {
    case Op::rotate:
      return rotate(image, {.degrees = strength}, sampling);
    case Op::brightness:
      return adjust_brightness(image, 1.0 + strength);
    case Op::color:
      return adjust_saturation(image, 1.0 + strength);
    case Op::contrast:
      return adjust_contrast(image, 1.0 + strength);
    case Op::sharpness:
      return adjust_sharpness(image, 1.0 + strength);
    case Op::posterize:
      return posterize(image, static_cast<int64_t>(strength));
    case Op::solarize:
      return solarize(image, strength);
    case Op::auto_contrast:
      return autocontrast(image);
    case Op::equalize:
      return equalize(image);
    case Op::invert:
      return invert(image);
    default:  // the identity, and what affine_of knows
      return;
  }
}

}  // namespace zoo::torchvision
