// torchvision's AugMix: its draws, its operations as on PIL images, as the other policies have them, and its
// mixture in single precision (torchvision 0.28, transforms/autoaugment.py, which works on tensors here).
#include <algorithm>
#include <vector>

#include "transforms/augment/clones.h"
#include "transforms/augment/run_step.h"
#include "transforms/augment/torchvision_ops.h"
#include "transforms/random/distributions.h"

namespace zoo {
namespace {

using namespace torchvision;

constexpr int64_t kBins = 10;
constexpr Op kOps[]{Op::shear_x,   Op::shear_y,  Op::translate_x,   Op::translate_y, Op::rotate,
                    Op::posterize, Op::solarize, Op::auto_contrast, Op::equalize,    Op::brightness,
                    Op::color,     Op::contrast, Op::sharpness};
constexpr int64_t kPlainOps = 9;  // without the four that the paper leaves out

void apply_drawn(const AugMix& step, const Extent& extent, Image& image, RandomStream& random) {
  const auto count = step.all_ops ? static_cast<int64_t>(std::size(kOps)) : kPlainOps;
  const Space space = space_of(kOps[random.below(count)], extent);
  const double strength = space.has_magnitude() ? magnitude(space, random.below(step.severity), kBins) : 0;
  apply(space.op, draw_sign(space, strength, random), {step.interpolation, step.fill.value_or(Colour{})},
        image);
}

Extent extent_of(Size size) {
  Extent extent = paper_extent(size);
  extent.translate_x = static_cast<float>(static_cast<double>(size.width) / 3.0);
  extent.translate_y = static_cast<float>(static_cast<double>(size.height) / 3.0);
  extent.most_bits = 4;
  extent.least_bits = 0;
  return extent;
}

ZOO_WIDER_CLONES void add_weighted(const uint8_t* pixels, int64_t count, float weight, float* sums) {
  for (int64_t i = 0; i < count; ++i) sums[i] += weight * static_cast<float>(pixels[i]);
}

ZOO_WIDER_CLONES void truncate(const float* sums, int64_t count, uint8_t* pixels) {
  for (int64_t i = 0; i < count; ++i) pixels[i] = static_cast<uint8_t>(std::min(sums[i], 255.0F));
}

}  // namespace

void run(const AugMix& step, AugmentedPicture& picture, RandomStream& random) {
  Image& image = picture.image;
  const auto count = std::ssize(image.pixels);
  const Extent extent = extent_of(size_of(image));
  const double alpha = static_cast<float>(step.alpha);  // a tensor of torchvision's
  const std::vector<double> original = dirichlet_draw(random, alpha, 2);
  const std::vector<double> shares = dirichlet_draw(random, alpha, static_cast<size_t>(step.mixture_width));
  const auto kept = static_cast<float>(original[0]), mixed = static_cast<float>(original[1]);
  std::vector<float> sums(image.pixels.size());
  add_weighted(image.pixels.data(), count, kept, sums.data());
  for (const double share : shares) {
    Image chain = image;
    const int64_t depth = step.chain_depth > 0 ? step.chain_depth : 1 + random.below(3);
    for (int64_t i = 0; i < depth; ++i) apply_drawn(step, extent, chain, random);
    add_weighted(chain.pixels.data(), count, static_cast<float>(share) * mixed, sums.data());
  }
  truncate(sums.data(), count, image.pixels.data());
}

}  // namespace zoo
