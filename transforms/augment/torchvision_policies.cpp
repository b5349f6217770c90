// torchvision's RandAugment, TrivialAugmentWide, AutoAugment and AugMix: which operations, how strong, in
// which order of draws (torchvision 0.28, transforms/autoaugment.py).
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "transforms/augment/colour.h"
#include "transforms/augment/filters.h"
#include "transforms/augment/geometry.h"
#include "transforms/augment/run_step.h"
#include "transforms/augment/tables.h"
#include "transforms/distributions.h"

namespace zoo {
namespace {

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

// torch.linspace in single precision, from both ends to the middle.
double linspace(const Space& space, int64_t bin, int64_t bins) {
  const float step = (space.to - space.from) / static_cast<float>(bins - 1);
  return bin < bins / 2 ? space.from + step * static_cast<float>(bin)
                        : space.to - step * static_cast<float>(bins - 1 - bin);
}

double magnitude(const Space& space, int64_t bin, int64_t bins) {
  if (!space.has_magnitude()) return 0;
  if (space.op != Op::posterize) return linspace(space, bin, bins);
  const double lost = static_cast<double>(space.from - space.to);
  const auto divisor = static_cast<float>(static_cast<double>(bins - 1) / lost);
  return space.from - std::nearbyint(static_cast<float>(bin) / divisor);
}

double degrees_of_slope(double slope) {
  return std::atan(slope) * (180.0 / std::numbers::pi);
}

void apply(Op op, double strength, const Sampling& sampling, Image& image) {
  constexpr PointXY kCorner{0, 0};
  switch (op) {
    case Op::identity:
      return;
    case Op::shear_x:
      return affine(image, {.shear = {degrees_of_slope(strength), 0}, .center = kCorner}, sampling);
    case Op::shear_y:
      return affine(image, {.shear = {0, degrees_of_slope(strength)}, .center = kCorner}, sampling);
    case Op::translate_x:
      return affine(image, {.translate = {std::trunc(strength), 0}}, sampling);
    case Op::translate_y:
      return affine(image, {.translate = {0, std::trunc(strength)}}, sampling);
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
  }
}

// How far each kind of operation goes.
struct Extent {
  float shear = 0, translate_x = 0, translate_y = 0, rotate = 0, enhance = 0;
  float most_bits = 8, least_bits = 4;
};

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

// As far as the paper's AutoAugment goes in a picture of that size.
Extent paper_extent(Size size) {
  constexpr double kShare = 150.0 / 331.0;
  return {.shear = 0.3F,
          .translate_x = static_cast<float>(kShare * static_cast<double>(size.width)),
          .translate_y = static_cast<float>(kShare * static_cast<double>(size.height)),
          .rotate = 30,
          .enhance = 0.9F};
}

constexpr Op kOps[]{Op::identity,  Op::shear_x,    Op::shear_y,       Op::translate_x, Op::translate_y,
                    Op::rotate,    Op::brightness, Op::color,         Op::contrast,    Op::sharpness,
                    Op::posterize, Op::solarize,   Op::auto_contrast, Op::equalize};

template <size_t Size>
Op draw_op(const Op (&ops)[Size], RandomStream& random) {
  return ops[random.below(static_cast<int64_t>(Size))];
}

double draw_sign(const Space& space, double value, RandomStream& random) {
  return space.is_signed && random.below(2) == 1 ? -value : value;
}

constexpr int64_t kNone = -1;
struct PolicyOp {
  Op op;
  double p;
  int64_t bin;  // of 10, or kNone
};
using Policy = std::array<PolicyOp, 2>;

constexpr Policy kImageNet[]{
    {{{Op::posterize, 0.4, 8}, {Op::rotate, 0.6, 9}}},
    {{{Op::solarize, 0.6, 5}, {Op::auto_contrast, 0.6, kNone}}},
    {{{Op::equalize, 0.8, kNone}, {Op::equalize, 0.6, kNone}}},
    {{{Op::posterize, 0.6, 7}, {Op::posterize, 0.6, 6}}},
    {{{Op::equalize, 0.4, kNone}, {Op::solarize, 0.2, 4}}},
    {{{Op::equalize, 0.4, kNone}, {Op::rotate, 0.8, 8}}},
    {{{Op::solarize, 0.6, 3}, {Op::equalize, 0.6, kNone}}},
    {{{Op::posterize, 0.8, 5}, {Op::equalize, 1.0, kNone}}},
    {{{Op::rotate, 0.2, 3}, {Op::solarize, 0.6, 8}}},
    {{{Op::equalize, 0.6, kNone}, {Op::posterize, 0.4, 6}}},
    {{{Op::rotate, 0.8, 8}, {Op::color, 0.4, 0}}},
    {{{Op::rotate, 0.4, 9}, {Op::equalize, 0.6, kNone}}},
    {{{Op::equalize, 0.0, kNone}, {Op::equalize, 0.8, kNone}}},
    {{{Op::invert, 0.6, kNone}, {Op::equalize, 1.0, kNone}}},
    {{{Op::color, 0.6, 4}, {Op::contrast, 1.0, 8}}},
    {{{Op::rotate, 0.8, 8}, {Op::color, 1.0, 2}}},
    {{{Op::color, 0.8, 8}, {Op::solarize, 0.8, 7}}},
    {{{Op::sharpness, 0.4, 7}, {Op::invert, 0.6, kNone}}},
    {{{Op::shear_x, 0.6, 5}, {Op::equalize, 1.0, kNone}}},
    {{{Op::color, 0.4, 0}, {Op::equalize, 0.6, kNone}}},
    {{{Op::equalize, 0.4, kNone}, {Op::solarize, 0.2, 4}}},
    {{{Op::solarize, 0.6, 5}, {Op::auto_contrast, 0.6, kNone}}},
    {{{Op::invert, 0.6, kNone}, {Op::equalize, 1.0, kNone}}},
    {{{Op::color, 0.6, 4}, {Op::contrast, 1.0, 8}}},
    {{{Op::equalize, 0.8, kNone}, {Op::equalize, 0.6, kNone}}},
};
constexpr Policy kCifar10[]{
    {{{Op::invert, 0.1, kNone}, {Op::contrast, 0.2, 6}}},
    {{{Op::rotate, 0.7, 2}, {Op::translate_x, 0.3, 9}}},
    {{{Op::sharpness, 0.8, 1}, {Op::sharpness, 0.9, 3}}},
    {{{Op::shear_y, 0.5, 8}, {Op::translate_y, 0.7, 9}}},
    {{{Op::auto_contrast, 0.5, kNone}, {Op::equalize, 0.9, kNone}}},
    {{{Op::shear_y, 0.2, 7}, {Op::posterize, 0.3, 7}}},
    {{{Op::color, 0.4, 3}, {Op::brightness, 0.6, 7}}},
    {{{Op::sharpness, 0.3, 9}, {Op::brightness, 0.7, 9}}},
    {{{Op::equalize, 0.6, kNone}, {Op::equalize, 0.5, kNone}}},
    {{{Op::contrast, 0.6, 7}, {Op::sharpness, 0.6, 5}}},
    {{{Op::color, 0.7, 7}, {Op::translate_x, 0.5, 8}}},
    {{{Op::equalize, 0.3, kNone}, {Op::auto_contrast, 0.4, kNone}}},
    {{{Op::translate_y, 0.4, 3}, {Op::sharpness, 0.2, 6}}},
    {{{Op::brightness, 0.9, 6}, {Op::color, 0.2, 8}}},
    {{{Op::solarize, 0.5, 2}, {Op::invert, 0.0, kNone}}},
    {{{Op::equalize, 0.2, kNone}, {Op::auto_contrast, 0.6, kNone}}},
    {{{Op::equalize, 0.2, kNone}, {Op::equalize, 0.6, kNone}}},
    {{{Op::color, 0.9, 9}, {Op::equalize, 0.6, kNone}}},
    {{{Op::auto_contrast, 0.8, kNone}, {Op::solarize, 0.2, 8}}},
    {{{Op::brightness, 0.1, 3}, {Op::color, 0.7, 0}}},
    {{{Op::solarize, 0.4, 5}, {Op::auto_contrast, 0.9, kNone}}},
    {{{Op::translate_y, 0.9, 9}, {Op::translate_y, 0.7, 9}}},
    {{{Op::auto_contrast, 0.9, kNone}, {Op::solarize, 0.8, 3}}},
    {{{Op::equalize, 0.8, kNone}, {Op::invert, 0.1, kNone}}},
    {{{Op::translate_y, 0.7, 9}, {Op::auto_contrast, 0.9, kNone}}},
};
constexpr Policy kSvhn[]{
    {{{Op::shear_x, 0.9, 4}, {Op::invert, 0.2, kNone}}},
    {{{Op::shear_y, 0.9, 8}, {Op::invert, 0.7, kNone}}},
    {{{Op::equalize, 0.6, kNone}, {Op::solarize, 0.6, 6}}},
    {{{Op::invert, 0.9, kNone}, {Op::equalize, 0.6, kNone}}},
    {{{Op::equalize, 0.6, kNone}, {Op::rotate, 0.9, 3}}},
    {{{Op::shear_x, 0.9, 4}, {Op::auto_contrast, 0.8, kNone}}},
    {{{Op::shear_y, 0.9, 8}, {Op::invert, 0.4, kNone}}},
    {{{Op::shear_y, 0.9, 5}, {Op::solarize, 0.2, 6}}},
    {{{Op::invert, 0.9, kNone}, {Op::auto_contrast, 0.8, kNone}}},
    {{{Op::equalize, 0.6, kNone}, {Op::rotate, 0.9, 3}}},
    {{{Op::shear_x, 0.9, 4}, {Op::solarize, 0.3, 3}}},
    {{{Op::shear_y, 0.8, 8}, {Op::invert, 0.7, kNone}}},
    {{{Op::equalize, 0.9, kNone}, {Op::translate_y, 0.6, 6}}},
    {{{Op::invert, 0.9, kNone}, {Op::equalize, 0.6, kNone}}},
    {{{Op::contrast, 0.3, 3}, {Op::rotate, 0.8, 4}}},
    {{{Op::invert, 0.8, kNone}, {Op::translate_y, 0.0, 2}}},
    {{{Op::shear_y, 0.7, 6}, {Op::solarize, 0.4, 8}}},
    {{{Op::invert, 0.6, kNone}, {Op::rotate, 0.8, 4}}},
    {{{Op::shear_y, 0.3, 7}, {Op::translate_x, 0.9, 3}}},
    {{{Op::shear_x, 0.1, 6}, {Op::invert, 0.6, kNone}}},
    {{{Op::solarize, 0.7, 2}, {Op::translate_y, 0.6, 7}}},
    {{{Op::shear_y, 0.8, 4}, {Op::invert, 0.8, kNone}}},
    {{{Op::shear_x, 0.7, 9}, {Op::translate_y, 0.8, 3}}},
    {{{Op::shear_y, 0.8, 5}, {Op::auto_contrast, 0.7, kNone}}},
    {{{Op::shear_x, 0.7, 2}, {Op::invert, 0.1, kNone}}},
};

std::span<const Policy> policies(AutoAugmentPolicy policy) {
  switch (policy) {
    case AutoAugmentPolicy::cifar10:
      return kCifar10;
    case AutoAugmentPolicy::svhn:
      return kSvhn;
    case AutoAugmentPolicy::imagenet:
      break;
  }
  return kImageNet;
}

constexpr int64_t kAugMixBins = 10;
constexpr Op kAugMixOps[]{Op::shear_x,   Op::shear_y,  Op::translate_x,   Op::translate_y, Op::rotate,
                          Op::posterize, Op::solarize, Op::auto_contrast, Op::equalize,    Op::brightness,
                          Op::color,     Op::contrast, Op::sharpness};
constexpr int64_t kAugMixPlainOps = 9;  // without the four that the paper leaves out

void augmix_op(const AugMix& step, const Extent& extent, Image& image, RandomStream& random) {
  const auto count = step.all_ops ? static_cast<int64_t>(std::size(kAugMixOps)) : kAugMixPlainOps;
  const Space space = space_of(kAugMixOps[random.below(count)], extent);
  double strength = 0;
  if (space.has_magnitude()) strength = magnitude(space, random.below(step.severity), kAugMixBins);
  apply(space.op, draw_sign(space, strength, random), {step.interpolation, step.fill}, image);
}

}  // namespace

void run(const RandAugment& step, AugmentedPicture& picture, RandomStream& random) {
  const Extent extent = paper_extent(size_of(picture.image));
  for (int64_t i = 0; i < step.num_ops; ++i) {
    const Space space = space_of(draw_op(kOps, random), extent);
    const double strength = magnitude(space, step.magnitude, step.num_magnitude_bins);
    apply(space.op, draw_sign(space, strength, random), {step.interpolation, step.fill}, picture.image);
  }
}

void run(const TrivialAugmentWide& step, AugmentedPicture& picture, RandomStream& random) {
  constexpr Extent kWide{
      .shear = 0.99F, .translate_x = 32, .translate_y = 32, .rotate = 135, .enhance = 0.99F, .least_bits = 2};
  const Space space = space_of(draw_op(kOps, random), kWide);
  const int64_t bins = step.num_magnitude_bins;
  const double strength = space.has_magnitude() ? magnitude(space, random.below(bins), bins) : 0;
  apply(space.op, draw_sign(space, strength, random), {step.interpolation, step.fill}, picture.image);
}

void run(const AutoAugment& step, AugmentedPicture& picture, RandomStream& random) {
  constexpr int64_t kBins = 10;
  const Extent extent = paper_extent(size_of(picture.image));
  const std::span<const Policy> all = policies(step.policy);
  const Policy& policy = all[static_cast<size_t>(random.below(std::ssize(all)))];
  const std::array<double, 2> chances{random.uniform(), random.uniform()};
  const std::array<int64_t, 2> signs{random.below(2), random.below(2)};
  for (size_t i = 0; i < 2; ++i) {
    const auto& [op, p, bin] = policy[i];
    if (chances[i] > p) continue;
    const Space space = space_of(op, extent);
    const double strength = bin == kNone ? 0 : magnitude(space, bin, kBins);
    apply(op, space.is_signed && signs[i] == 0 ? -strength : strength, {step.interpolation, step.fill},
          picture.image);
  }
}

// The mixture's arithmetic is torchvision's; the operations are Pillow's, where torchvision takes its own for
// tensors, whose pixels differ a little.
void run(const AugMix& step, AugmentedPicture& picture, RandomStream& random) {
  Image& image = picture.image;
  Extent extent = paper_extent(size_of(image));
  extent.translate_x = static_cast<float>(static_cast<double>(image.width) / 3.0);
  extent.translate_y = static_cast<float>(static_cast<double>(image.height) / 3.0);
  extent.most_bits = 4;
  extent.least_bits = 0;
  const std::vector<double> original = dirichlet_draw(random, step.alpha, 2);
  const std::vector<double> shares =
      dirichlet_draw(random, step.alpha, static_cast<size_t>(step.mixture_width));
  const auto kept = static_cast<float>(original[0]), mixed = static_cast<float>(original[1]);
  std::vector<float> sums(image.pixels.size());
  for (size_t i = 0; i < sums.size(); ++i) sums[i] = kept * static_cast<float>(image.pixels[i]);
  for (const double share : shares) {
    Image chain = image;
    const int64_t depth = step.chain_depth > 0 ? step.chain_depth : 1 + random.below(3);
    for (int64_t i = 0; i < depth; ++i) augmix_op(step, extent, chain, random);
    const float weight = static_cast<float>(share) * mixed;
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += weight * static_cast<float>(chain.pixels[i]);
  }
  for (size_t i = 0; i < sums.size(); ++i) image.pixels[i] = static_cast<uint8_t>(std::min(sums[i], 255.0F));
}

}  // namespace zoo
