// timm's RandAugment, AugMix, AutoAugment and 3-Augment on Pillow's operations, with timm's order of draws
// (timm 1.0, data/auto_augment.py).
#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "transforms/augment/blend.h"
#include "transforms/augment/colour.h"
#include "transforms/augment/filters.h"
#include "transforms/augment/geometry.h"
#include "transforms/augment/run_step.h"
#include "transforms/augment/tables.h"
#include "transforms/augment/timm_config.h"
#include "transforms/augment/timm_tables.h"
#include "transforms/random/distributions.h"

namespace zoo {
namespace {

using namespace timm;

// One operation as timm's AugmentOp does it.
class Operations {
 public:
  Operations(const TimmAutoAugment& step, const TimmConfig& config, RandomStream& random)
      : step_(step), config_(config), random_(random) {}

  void run(Op op, double p, double magnitude, Image& image) {
    if (p < 1 && random_.uniform() > p) return;
    if (std::isinf(config_.magnitude_std)) {
      magnitude = random_.uniform(0, magnitude);
    } else if (config_.magnitude_std > 0) {
      magnitude += config_.magnitude_std * random_.normal();
    }
    apply(op, std::clamp(magnitude, 0.0, config_.magnitude_max) / 10.0, image);
  }

 private:
  double signed_(double value) { return random_.uniform() > 0.5 ? -value : value; }
  double around_one(double level) { return std::max(0.1, 1.0 + signed_(level * .9)); }

  Sampling sampling() {
    if (step_.interpolation) return {*step_.interpolation, step_.fill};
    return {random_.below(2) == 0 ? Interpolation::bilinear : Interpolation::bicubic, step_.fill};
  }
  void move(const AffineMatrix& matrix, Image& image) {
    if (matrix == AffineMatrix{1, 0, 0, 0, 1, 0}) {
      sampling();  // draws as it would
      return;
    }
    image = transform_affine(image, size_of(image), matrix, sampling());
  }
  // `level` is timm's magnitude over 10.
  void apply(Op op, double level, Image& image);

  const TimmAutoAugment& step_;
  const TimmConfig& config_;
  RandomStream& random_;
};

int64_t whole(double value) {
  return static_cast<int64_t>(value);
}

void Operations::apply(Op op, double level, Image& image) {
  const auto enhancing = [&] { return level * 1.8 + 0.1; };
  const int64_t threshold = std::min<int64_t>(256, whole(level * 256));
  switch (op) {
    case Op::auto_contrast:
      return autocontrast(image);
    case Op::equalize:
      return equalize(image);
    case Op::invert:
      return invert(image);
    case Op::rotate: {
      const double degrees = signed_(level * 30.);
      return rotate(image, {.degrees = degrees}, sampling());
    }
    case Op::posterize:
      return posterize(image, whole(level * 4));
    case Op::posterize_increasing:
      return posterize(image, std::max<int64_t>(4 - whole(level * 4), 0));
    case Op::posterize_original:
      return posterize(image, whole(level * 4) + 4);
    case Op::solarize:
      return solarize(image, static_cast<double>(threshold));
    case Op::solarize_increasing:
      return solarize(image, static_cast<double>(256 - threshold));
    case Op::solarize_add:
      return solarize_add(image, std::min<int64_t>(128, whole(level * 110)));
    case Op::color:
      return adjust_saturation(image, enhancing());
    case Op::color_increasing:
      return adjust_saturation(image, around_one(level));
    case Op::contrast:
      return adjust_contrast(image, enhancing());
    case Op::contrast_increasing:
      return adjust_contrast(image, around_one(level));
    case Op::brightness:
      return adjust_brightness(image, enhancing());
    case Op::brightness_increasing:
      return adjust_brightness(image, around_one(level));
    case Op::sharpness:
      return adjust_sharpness(image, enhancing());
    case Op::sharpness_increasing:
      return adjust_sharpness(image, around_one(level));
    case Op::shear_x:
      return move({1, signed_(level * 0.3), 0, 0, 1, 0}, image);
    case Op::shear_y:
      return move({1, 0, 0, signed_(level * 0.3), 1, 0}, image);
    case Op::translate_x_rel: {
      const double share = signed_(level * step_.translate_pct);
      return move({1, 0, share * static_cast<double>(image.width), 0, 1, 0}, image);
    }
    case Op::translate_y_rel: {
      const double share = signed_(level * step_.translate_pct);
      return move({1, 0, 0, 0, 1, share * static_cast<double>(image.height)}, image);
    }
    case Op::desaturate: {
      const double strength = std::clamp(0.5 + (1.0 - 0.5) * level, 0.5, 1.0);
      return adjust_saturation(image, 1.0 - strength);
    }
    case Op::gaussian_blur:
      return gaussian_blur_pillow(image, std::clamp(0.1 + (2.0 - 0.1) * level, 0.1, 2.0));
    case Op::gaussian_blur_rand:
      return gaussian_blur_pillow(image, 0.1 + (2.0 * std::min(level, 1.0) - 0.1) * random_.uniform());
  }
}

std::span<const Op> unweighted(TimmConfig::Choice choice) {
  if (choice == TimmConfig::Choice::increasing) return kIncreasing;
  if (choice == TimmConfig::Choice::three) return kThree;
  return kPlain;
}

// numpy.random.choice(replace=False, p=...): rounds of draws, of which the new ones are kept.
std::vector<Op> draw_weighted(std::span<const WeightedOp> ops, size_t count, RandomStream& random) {
  std::vector<double> weights(ops.size());
  std::ranges::transform(ops, weights.begin(), &WeightedOp::weight);
  std::vector<size_t> chosen;
  while (chosen.size() < count) {
    std::vector<double> draws(count - chosen.size());
    for (double& draw : draws) draw = random.uniform();
    for (const size_t index : chosen) weights[index] = 0;
    double all = 0;
    for (const double weight : weights) all += weight;
    for (const double draw : draws) {
      double below = 0;
      size_t index = 0;
      while (index + 1 < weights.size() && draw * all >= (below += weights[index])) ++index;
      if (std::ranges::find(chosen, index) == chosen.end()) chosen.push_back(index);
    }
  }
  std::vector<Op> drawn(chosen.size());
  std::ranges::transform(chosen, drawn.begin(), [&](size_t index) { return ops[index].op; });
  return drawn;
}

std::vector<Op> draw_ops(std::span<const Op> ops, int64_t count, RandomStream& random) {
  std::vector<Op> drawn(static_cast<size_t>(count));
  for (Op& op : drawn) op = ops[static_cast<size_t>(random.below(std::ssize(ops)))];
  return drawn;
}

void run_rand(const TimmAutoAugment& step, const TimmConfig& config, Image& image, RandomStream& random) {
  const auto count = static_cast<size_t>(config.layers);
  std::vector<Op> ops;
  if (config.choice == TimmConfig::Choice::weights) {
    ops = draw_weighted(kWeights, std::min(count, std::size(kWeights)), random);
  } else if (config.choice == TimmConfig::Choice::three_weights) {
    ops = draw_weighted(kThreeWeights, std::min(count, std::size(kThreeWeights)), random);
  } else {
    ops = draw_ops(unweighted(config.choice), config.layers, random);
  }
  for (const Op op : ops) Operations(step, config, random).run(op, config.prob, config.magnitude, image);
}

// A chain of augmix on a copy of the picture.
Image chain(const Image& image, const TimmAutoAugment& step, const TimmConfig& config, RandomStream& random) {
  const int64_t depth = config.depth > 0 ? config.depth : 1 + random.below(3);
  Image changed = image;
  for (const Op op : draw_ops(kAugMix, depth, random)) {
    Operations(step, config, random).run(op, 1, config.magnitude, changed);
  }
  return changed;
}

void blend_all(Image& image, const Image& to, float share) {
  for (size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = blend(image.pixels[i], to.pixels[i], share);
}

void run_augmix(const TimmAutoAugment& step, const TimmConfig& config, Image& image, RandomStream& random) {
  std::vector<float> weights;
  for (const double share : dirichlet_draw(random, config.alpha, static_cast<size_t>(config.width))) {
    weights.push_back(static_cast<float>(share));
  }
  const auto mix = static_cast<float>(beta_draw(random, config.alpha, config.alpha));
  if (config.blended) {
    float left = 1;
    for (auto weight = weights.rbegin(); weight != weights.rend(); ++weight) {
      *weight = *weight * mix / left;
      left *= 1 - *weight;
    }
    const Image original = image;
    for (const float weight : weights) blend_all(image, chain(original, step, config, random), weight);
    return;
  }
  std::vector<float> sums(image.pixels.size());
  for (const float weight : weights) {
    const Image changed = chain(image, step, config, random);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += weight * static_cast<float>(changed.pixels[i]);
  }
  for (size_t i = 0; i < sums.size(); ++i) {
    const auto mixed = static_cast<uint8_t>(std::min(sums[i], 255.0F));
    image.pixels[i] = blend(image.pixels[i], mixed, mix);
  }
}

std::span<const Policy> policies(TimmConfig::Kind kind) {
  switch (kind) {
    case TimmConfig::Kind::original:
      return kOriginal;
    case TimmConfig::Kind::originalr:
      return kOriginalR;
    case TimmConfig::Kind::v0:
      return kV0;
    case TimmConfig::Kind::v0r:
      return kV0R;
    default:
      return kThreeAugment;
  }
}

}  // namespace

void run(const TimmAutoAugment& step, AugmentedPicture& picture, RandomStream& random) {
  const TimmConfig config = parse_timm_config(step.config);
  if (config.kind == TimmConfig::Kind::rand) return run_rand(step, config, picture.image, random);
  if (config.kind == TimmConfig::Kind::augmix) return run_augmix(step, config, picture.image, random);
  const std::span<const Policy> all = policies(config.kind);
  for (const auto& [op, p, magnitude] : all[static_cast<size_t>(random.below(std::ssize(all)))]) {
    if (p != kAbsent) Operations(step, config, random).run(op, p, magnitude, picture.image);
  }
}

}  // namespace zoo
