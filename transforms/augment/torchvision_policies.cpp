// torchvision's RandAugment, TrivialAugmentWide and AutoAugment: which operations, how strong, in which order
// of draws (torchvision 0.28, transforms/autoaugment.py).
#include <array>
#include <span>

#include "transforms/augment/run_step.h"
#include "transforms/augment/torchvision_ops.h"

namespace zoo {
namespace {

using namespace torchvision;

constexpr Op kOps[]{Op::identity,  Op::shear_x,    Op::shear_y,       Op::translate_x, Op::translate_y,
                    Op::rotate,    Op::brightness, Op::color,         Op::contrast,    Op::sharpness,
                    Op::posterize, Op::solarize,   Op::auto_contrast, Op::equalize};

template <size_t Size>
Op draw_op(const Op (&ops)[Size], RandomStream& random) {
  return ops[random.below(static_cast<int64_t>(Size))];
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

}  // namespace zoo
