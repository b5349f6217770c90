#include "transforms/augment/mix.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "transforms/random/distributions.h"
#include "transforms/random/random.h"
#include "transforms/random/random_ops.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

void require(bool good, const std::string& field, const std::string& expected) {
  if (!good) throw Error(ErrorCode::usage, field, "expected " + expected);
}

bool share(double value) {
  return value >= 0 && value <= 1;
}

void require_valid(const MixOptions& options) {
  const auto alpha = [](double value) { return value == 0 || (value >= 1e-6 && value <= 1e6); };
  require(alpha(options.mixup_alpha), "mixup_alpha", "0, or 0.000001 to 1000000");
  require(alpha(options.cutmix_alpha), "cutmix_alpha", "0, or 0.000001 to 1000000");
  require(share(options.prob), "prob", "0 to 1");
  require(share(options.switch_prob), "switch_prob", "0 to 1");
  if (options.cutmix_minmax) {
    const auto [low, high] = *options.cutmix_minmax;
    require(share(low) && share(high) && low <= high, "cutmix_minmax", "two shares, the lower first");
  } else {
    require(options.mixup_alpha > 0 || options.cutmix_alpha > 0, "mixup_alpha, cutmix_alpha",
            "one of them to be more than 0");
  }
}

struct Draw {
  double lambda = 1;
  bool cut = false;
};

// The options as they are used: cutmix_minmax sets alpha to 1.
struct Alphas {
  double mixup = 0, cutmix = 0;
};
Alphas alphas(const MixOptions& options) {
  return {options.mixup_alpha, options.cutmix_minmax ? 1.0 : options.cutmix_alpha};
}

double symmetric_beta(RandomStream& random, double alpha) {
  return beta_draw(random, alpha, alpha);
}

Draw draw_for_batch(const MixOptions& options, RandomStream& random) {
  const auto [mixup, cutmix] = alphas(options);
  if (!(random.uniform() < options.prob)) return {};
  const bool cut = mixup > 0 && cutmix > 0 ? random.uniform() < options.switch_prob : cutmix > 0;
  return {symmetric_beta(random, cut ? cutmix : mixup), cut};
}

// timm draws whole arrays, one after the other, and keeps lambda in single precision.
std::vector<Draw> draw_for_each(const MixOptions& options, size_t count, RandomStream& random) {
  const auto [mixup, cutmix] = alphas(options);
  std::vector<Draw> draws(count, Draw{1, cutmix > 0});
  std::vector<double> mixed(count);
  if (mixup > 0 && cutmix > 0) {
    for (Draw& draw : draws) draw.cut = random.uniform() < options.switch_prob;
    std::vector<double> cut(count);
    for (double& lambda : cut) lambda = symmetric_beta(random, cutmix);
    for (double& lambda : mixed) lambda = symmetric_beta(random, mixup);
    for (size_t i = 0; i < count; ++i) {
      if (draws[i].cut) mixed[i] = cut[i];
    }
  } else {
    for (double& lambda : mixed) lambda = symmetric_beta(random, mixup > 0 ? mixup : cutmix);
  }
  for (size_t i = 0; i < count; ++i) {
    if (random.uniform() < options.prob) draws[i].lambda = static_cast<float>(mixed[i]);
  }
  return draws;
}

// [low, high), or low where that is empty.
int64_t draw_between(int64_t low, int64_t high, RandomStream& random) {
  return low + random.below(std::max<int64_t>(high - low, 1));
}

CropRect draw_box_between(Size picture, const std::array<double, 2>& shares, RandomStream& random) {
  const auto side = [&](int64_t length) {
    const auto of = [&](double part) { return static_cast<int64_t>(static_cast<double>(length) * part); };
    return draw_between(of(shares[0]), of(shares[1]), random);
  };
  CropRect box;
  box.height = side(picture.height);
  box.width = side(picture.width);
  box.top = random.below(picture.height - box.height + 1);
  box.left = random.below(picture.width - box.width + 1);
  return box;
}

// `Real`: the precision in which timm holds lambda.
template <typename Real>
CropRect draw_box(Size picture, Real lambda, RandomStream& random) {
  const Real ratio = std::sqrt(Real{1} - lambda);
  const auto cut = [&](int64_t side) { return static_cast<int64_t>(static_cast<Real>(side) * ratio); };
  const int64_t height = cut(picture.height), width = cut(picture.width);
  const int64_t y = random.below(picture.height), x = random.below(picture.width);
  const int64_t top = std::max<int64_t>(y - height / 2, 0), left = std::max<int64_t>(x - width / 2, 0);
  return {left, top, std::min(x + (width + 1) / 2, picture.width) - left,
          std::min(y + (height + 1) / 2, picture.height) - top};
}

template <typename Real>
MixedSample mixed_sample(const Draw& draw, const MixOptions& options, Size picture, RandomStream& random) {
  if (draw.lambda == 1) return {};
  MixedSample sample{draw.lambda, std::nullopt};
  if (!draw.cut) return sample;
  const CropRect box = options.cutmix_minmax ? draw_box_between(picture, *options.cutmix_minmax, random)
                                             : draw_box(picture, static_cast<Real>(draw.lambda), random);
  sample.box = box;
  if (options.correct_lam || options.cutmix_minmax) {
    const auto area = static_cast<double>(picture.width * picture.height);
    sample.lambda = static_cast<Real>(1.0 - static_cast<double>(box.width * box.height) / area);
  }
  return sample;
}

}  // namespace

std::string_view to_string(MixMode mode) {
  return mode == MixMode::batch ? "batch" : mode == MixMode::pair ? "pair" : "elem";
}

MixMode parse_mix_mode(std::string_view text) {
  for (const MixMode mode : {MixMode::batch, MixMode::pair, MixMode::elem}) {
    if (to_string(mode) == text) return mode;
  }
  throw Error(ErrorCode::usage, {}, "unknown mode '" + std::string(text) + "'", "Use batch, pair or elem.");
}

std::vector<MixedSample> draw_mix(const MixOptions& options, int64_t batch_size, Size picture,
                                  const BatchKey& key) {
  require_valid(options);
  require(batch_size >= 0 && picture.width > 0 && picture.height > 0, "the batch",
          "pictures of one pixel or more");
  RandomStream random(key.seed, key.epoch, key.batch, kOpMix);
  std::vector<MixedSample> samples(static_cast<size_t>(batch_size));
  if (options.mode == MixMode::batch) {
    std::ranges::fill(samples,
                      mixed_sample<double>(draw_for_batch(options, random), options, picture, random));
    return samples;
  }
  const size_t count = options.mode == MixMode::pair ? samples.size() / 2 : samples.size();
  const std::vector<Draw> draws = draw_for_each(options, count, random);
  for (size_t i = 0; i < count; ++i) {
    samples[i] = mixed_sample<float>(draws[i], options, picture, random);
    if (options.mode == MixMode::pair) samples[samples.size() - 1 - i] = samples[i];
  }
  return samples;
}

}  // namespace zoo
