#include <algorithm>
#include <cmath>
#include <numbers>

#include "transforms/augment/erasure.h"
#include "transforms/augment/run_step.h"
#include "transforms/random/random_ops.h"

namespace zoo {
namespace {

int64_t round_half_even(double value) {
  return static_cast<int64_t>(std::nearbyint(value));
}

NoiseKey draw_noise(RandomStream& random) {
  const uint64_t high = random.next_u32();
  return {high << 32 | random.next_u32()};
}

std::array<float, 3> normal_colour(RandomStream& random) {
  std::array<float, 3> colour{};
  for (float& channel : colour) channel = static_cast<float>(random.normal());
  return colour;
}

// Two standard normal numbers of 32 random bits each (Box-Muller).
void box_muller(uint32_t a, uint32_t b, float* two) {
  const float radius = std::sqrt(-2.0F * std::log((static_cast<float>(a >> 8) + 0.5F) * 0x1p-24F));
  const float angle = static_cast<float>(b >> 8) * (2.0F * std::numbers::pi_v<float> * 0x1p-24F);
  two[0] = radius * std::cos(angle);
  two[1] = radius * std::sin(angle);
}

}  // namespace

std::vector<float> erasure_values(const Erasure& erasure) {
  const auto count = static_cast<size_t>(erasure.rect.width * erasure.rect.height * 3);
  std::vector<float> values(count + 1);  // normal numbers come in pairs
  if (const auto* colour = std::get_if<std::array<float, 3>>(&erasure.fill)) {
    for (size_t i = 0; i < count; ++i) values[i] = (*colour)[i % 3];
  } else {
    RandomStream random(std::get<NoiseKey>(erasure.fill).seed, 0, 0, kOpNoise);
    for (size_t i = 0; i < count; i += 2) {
      const uint32_t radius = random.next_u32();
      box_muller(radius, random.next_u32(), &values[i]);
    }
  }
  values.resize(count);
  return values;
}

// As torchvision's get_params: ten tries, then nothing is erased.
void run(const RandomErasing& step, AugmentedPicture& picture, RandomStream& random) {
  if (!(random.uniform() < step.p)) return;
  const auto [width, height] = size_of(picture.image);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = static_cast<double>(width * height) * random.uniform(step.scale.low, step.scale.high);
    const double low = std::log(static_cast<float>(step.ratio.low)),
                 high = std::log(static_cast<float>(step.ratio.high));
    const double ratio = std::exp(random.uniform(low, high));
    const CropRect rect{0, 0, round_half_even(std::sqrt(area / ratio)),
                        round_half_even(std::sqrt(area * ratio))};
    if (rect.width >= width || rect.height >= height) continue;
    Erasure erasure{rect, {}};
    if (step.value) {
      std::array<float, 3> colour{};
      std::ranges::transform(*step.value, colour.begin(), [](double v) { return static_cast<float>(v); });
      erasure.fill = colour;
    } else {
      erasure.fill = draw_noise(random);
    }
    erasure.rect.top = random.below(height - rect.height + 1);
    erasure.rect.left = random.below(width - rect.width + 1);
    picture.erasures.push_back(erasure);
    return;
  }
}

void run(const TimmRandomErasing& step, AugmentedPicture& picture, RandomStream& random) {
  if (random.uniform() > step.probability) return;
  const auto [width, height] = size_of(picture.image);
  const int64_t most = step.max_count.value_or(step.min_count);
  const int64_t count =
      step.min_count == most ? most : step.min_count + random.below(most - step.min_count + 1);
  const double low = std::log(step.min_aspect),
               high = std::log(step.max_aspect.value_or(1 / step.min_aspect));
  for (int64_t i = 0; i < count; ++i) {
    for (int attempt = 0; attempt < 10; ++attempt) {
      const double area = random.uniform(step.min_area, step.max_area) * static_cast<double>(width * height) /
                          static_cast<double>(count);
      const double aspect = std::exp(random.uniform(low, high));
      CropRect rect{0, 0, round_half_even(std::sqrt(area / aspect)),
                    round_half_even(std::sqrt(area * aspect))};
      if (rect.width >= width || rect.height >= height) continue;
      rect.top = random.below(height - rect.height + 1);
      rect.left = random.below(width - rect.width + 1);
      Erasure erasure{rect, std::array<float, 3>{}};
      if (step.mode == ErasingMode::rand) erasure.fill = normal_colour(random);
      if (step.mode == ErasingMode::pixel) erasure.fill = draw_noise(random);
      picture.erasures.push_back(erasure);
      break;
    }
  }
}

}  // namespace zoo
