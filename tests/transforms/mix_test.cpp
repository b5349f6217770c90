#include "transforms/augment/mix.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "transforms/random/distributions.h"
#include "zoo/base/error.h"

using namespace zoo;

TEST_CASE("beta and gamma numbers have their mean and variance") {
  constexpr int kDraws = 40000;
  for (const double alpha : {0.1, 0.4, 1.0, 3.0}) {
    RandomStream random(5, 0, 0, 0);
    double sum = 0, squares = 0, gamma = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double value = beta_draw(random, alpha, alpha);
      REQUIRE((value >= 0 && value <= 1));
      sum += value;
      squares += value * value;
      gamma += std::exp(log_gamma_draw(random, alpha));
    }
    const double mean = sum / kDraws, variance = squares / kDraws - mean * mean;
    CHECK(mean == Approx(0.5).margin(0.01));
    CHECK(variance == Approx(1 / (4 * (2 * alpha + 1))).margin(0.005));
    CHECK(gamma / kDraws == Approx(alpha).epsilon(0.05));
  }
}

TEST_CASE("a tiny alpha gives one end or the other, never nothing") {
  RandomStream random(1, 0, 0, 0);
  for (int i = 0; i < 1000; ++i) {
    const double value = beta_draw(random, 1e-6, 1e-6);
    CHECK((value < 1e-3 || value > 1 - 1e-3));
    double sum = 0;
    for (const double share : dirichlet_draw(random, 1e-6, 3)) sum += share;
    CHECK(sum == Approx(1));
  }
}

TEST_CASE("a batch is mixed as its mode says") {
  const MixOptions options{.mixup_alpha = 0.8, .cutmix_alpha = 1};
  const auto draw = [&](MixMode mode, uint64_t batch) {
    MixOptions changed = options;
    changed.mode = mode;
    return draw_mix(changed, 8, {40, 30}, {.seed = 1, .batch = batch});
  };
  bool cut = false, mixed = false;
  for (uint64_t batch = 0; batch < 40; ++batch) {
    const auto whole = draw(MixMode::batch, batch), pairs = draw(MixMode::pair, batch);
    CHECK(whole == draw(MixMode::batch, batch));
    CHECK(std::all_of(whole.begin(), whole.end(), [&](const MixedSample& s) { return s == whole[0]; }));
    for (size_t i = 0; i < 4; ++i) CHECK(pairs[i] == pairs[7 - i]);
    for (const MixedSample& sample : draw(MixMode::elem, batch)) {
      CHECK((sample.lambda >= 0 && sample.lambda <= 1));
      cut = cut || sample.box;
      mixed = mixed || !sample.box;
      if (!sample.box) continue;
      const CropRect& box = *sample.box;
      CHECK((box.left >= 0 && box.top >= 0 && box.left + box.width <= 40 && box.top + box.height <= 30));
      CHECK(sample.lambda == Approx(1 - static_cast<double>(box.width * box.height) / 1200.0));
    }
  }
  CHECK(cut);
  CHECK(mixed);
  CHECK(draw(MixMode::batch, 1) != draw(MixMode::batch, 2));
}

TEST_CASE("with probability 0, or of an odd batch the middle of pairs, nothing is mixed") {
  for (const MixedSample& sample : draw_mix({.prob = 0, .mode = MixMode::elem}, 6, {8, 8}, {})) {
    CHECK(sample == MixedSample{});
  }
  CHECK(draw_mix({.mode = MixMode::pair}, 5, {8, 8}, {})[2] == MixedSample{});
  CHECK(draw_mix({}, 0, {8, 8}, {}).empty());
}

TEST_CASE("an empty range of box sides takes its lower end") {
  const MixOptions options{.mixup_alpha = 0, .cutmix_minmax = {{0.5, 0.5}}};
  const MixedSample sample = draw_mix(options, 2, {8, 6}, {})[0];
  CHECK(sample.box.value().width == 4);
  CHECK(sample.box.value().height == 3);
}

TEST_CASE("mixing options out of their range are refused") {
  const auto message = [](const MixOptions& options) -> std::string {
    try {
      draw_mix(options, 2, {8, 8}, {});
    } catch (const Error& error) {
      return error.what();
    }
    return "drawn";
  };
  CHECK(message({.mixup_alpha = -1}).starts_with("mixup_alpha: "));
  CHECK(message({.cutmix_alpha = NAN}).starts_with("cutmix_alpha: "));
  CHECK(message({.cutmix_minmax = {{0.8, 0.2}}}).starts_with("cutmix_minmax: "));
  CHECK(message({.prob = 1.1}).starts_with("prob: "));
  CHECK(message({.switch_prob = -0.1}).starts_with("switch_prob: "));
  CHECK(message({.mixup_alpha = 0}).starts_with("mixup_alpha, cutmix_alpha: "));
  CHECK_THROWS_AS(draw_mix({}, -1, {8, 8}, {}), Error);
  CHECK_THROWS_AS(parse_mix_mode("batches"), Error);
  CHECK(parse_mix_mode("pair") == MixMode::pair);
}
