#include "transforms/augment/filters.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "transforms/augment/blend.h"
#include "transforms/augment/clones.h"

namespace zoo {
namespace {

ZOO_WIDER_CLONES void sharpen_row(const uint8_t* above, const uint8_t* here, const uint8_t* below,
                                  int64_t count, float factor, uint8_t* out) {
  for (int64_t i = 0; i < count; ++i) {
    out[i] = blend(smoothed(above + i, here + i, below + i), here[i], factor);
  }
}

// One axis of Pillow's extended box blur: 2 * radius + 1 pixels of weight `whole` and one of weight `part` at
// both ends, in 24-bit fixed point.
struct BoxWeights {
  int64_t radius = 0;
  uint32_t whole = 0, part = 0;
};

BoxWeights box_weights(float radius) {
  BoxWeights weights;
  weights.radius = static_cast<int64_t>(radius);
  weights.whole = static_cast<uint32_t>(static_cast<float>(1 << 24) / (radius * 2 + 1));
  weights.part = ((1U << 24) - static_cast<uint32_t>(weights.radius * 2 + 1) * weights.whole) / 2;
  return weights;
}

// `lines` of `length` elements that are `line` numbers long: rows of a picture for the vertical blur (one
// element is a row), pixels of a row for the horizontal one.
ZOO_WIDER_CLONES void box_blur(const uint8_t* from, uint8_t* to, int64_t length, int64_t line,
                               const BoxWeights& weights, uint32_t* sums) {
  const int64_t radius = weights.radius, last = length - 1;
  const auto element = [&](int64_t i) { return from + std::clamp<int64_t>(i, 0, last) * line; };
  std::fill_n(sums, line, 0U);
  for (int64_t k = -radius - 1; k < radius; ++k) {
    const uint8_t* add = element(k);
    for (int64_t i = 0; i < line; ++i) sums[i] += add[i];
  }
  for (int64_t x = 0; x < length; ++x, to += line) {
    const uint8_t *gone = element(x - radius - 1), *come = element(x + radius),
                  *next = element(x + radius + 1);
    const uint32_t whole = weights.whole, part = weights.part;
    for (int64_t i = 0; i < line; ++i) {
      sums[i] += static_cast<uint32_t>(come[i]) - static_cast<uint32_t>(gone[i]);
      const uint32_t bulk = sums[i] * whole + (static_cast<uint32_t>(gone[i]) + next[i]) * part;
      to[i] = static_cast<uint8_t>((bulk + (1U << 23)) >> 24);
    }
  }
}

constexpr int kPasses = 3;

// Gwosdek et al., "Theoretical foundations of Gaussian convolution by extended box filtering", SSVM 2011.
float box_radius(float sigma) {
  const float variance = sigma * sigma / kPasses;
  const auto length = static_cast<float>(std::sqrt(12.0 * variance + 1.0));
  const auto whole = static_cast<float>(std::floor((length - 1.0) / 2.0));
  float part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
  part /= 6 * (variance - (whole + 1) * (whole + 1));
  return whole + part;
}

void transpose(const Image& from, Image& to) {
  constexpr int64_t kTile = 16;
  for (int64_t top = 0; top < from.height; top += kTile) {
    for (int64_t left = 0; left < from.width; left += kTile) {
      for (int64_t y = top; y < std::min(top + kTile, from.height); ++y) {
        for (int64_t x = left; x < std::min(left + kTile, from.width); ++x) {
          std::copy_n(from.row(y) + x * 3, 3, to.row(x) + y * 3);
        }
      }
    }
  }
}

}  // namespace

void adjust_sharpness(Image& image, double factor) {
  const auto single = static_cast<float>(factor);
  if (single == 1.0F || image.width < 3 || image.height < 3) return;
  const auto row_bytes = static_cast<size_t>(image.width * 3);
  std::vector<uint8_t> above(image.row(0), image.row(1)), here(row_bytes);
  for (int64_t y = 1; y + 1 < image.height; ++y) {
    std::copy_n(image.row(y), row_bytes, here.begin());
    sharpen_row(above.data() + 3, here.data() + 3, image.row(y + 1) + 3, (image.width - 2) * 3, single,
                image.row(y) + 3);
    std::swap(above, here);
  }
}

void gaussian_blur_pillow(Image& image, double radius) {
  const BoxWeights weights = box_weights(box_radius(static_cast<float>(radius)));
  if (weights.radius == 0 && weights.part == 0) return;
  // Both directions as columns: whole rows of numbers are summed at once.
  Image turned = make_image(image.height, image.width), other = turned;
  std::vector<uint32_t> sums(static_cast<size_t>(std::max(image.width, image.height) * 3));
  transpose(image, turned);
  for (int pass = 0; pass < kPasses; ++pass) {
    box_blur(turned.pixels.data(), other.pixels.data(), turned.height, turned.width * 3, weights,
             sums.data());
    std::swap(turned, other);
  }
  transpose(turned, image);
  Image upright = make_image(image.width, image.height);
  for (int pass = 0; pass < kPasses; ++pass) {
    box_blur(image.pixels.data(), upright.pixels.data(), image.height, image.width * 3, weights, sums.data());
    std::swap(image, upright);
  }
}

}  // namespace zoo
