// Random erasing works on the normalised tensor, behind everything else: a rectangle and what to write there.
#pragma once

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "transforms/resize/resize.h"

namespace zoo {

// Standard normal numbers that follow from this number alone.
struct NoiseKey {
  uint64_t seed = 0;
  friend bool operator==(const NoiseKey&, const NoiseKey&) = default;
};

struct Erasure {
  CropRect rect;  // inside the picture
  // One value a channel, in the units of the normalised tensor and in the order of its channels; or noise.
  std::variant<std::array<float, 3>, NoiseKey> fill;
  friend bool operator==(const Erasure&, const Erasure&) = default;
};

// rect.height * rect.width * 3 values: rows of interleaved pixels.
std::vector<float> erasure_values(const Erasure& erasure);

// Erases in one normalised picture: rows of `width` interleaved pixels of three channels. T is float or a
// type that is made of one (a half precision).
template <typename T>
void erase(const Erasure& erasure, T* pixels, int64_t width) {
  const CropRect& rect = erasure.rect;
  const std::vector<float> values = erasure_values(erasure);
  for (int64_t y = 0; y < rect.height; ++y) {
    T* to = pixels + ((rect.top + y) * width + rect.left) * 3;
    const float* from = values.data() + y * rect.width * 3;
    for (int64_t i = 0; i < rect.width * 3; ++i) to[i] = static_cast<T>(from[i]);
  }
}

}  // namespace zoo
