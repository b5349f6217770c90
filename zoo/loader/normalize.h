// 8-bit pixels -> normalised numbers, with torchvision's rounding.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

#include <array>
#include <cstdint>
#include <variant>

#include "transforms/image.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

// What each of the 256 values of a channel becomes, in the order of the model's channels: (x * rescale -
// mean) / std or (x - 255 mean) / (255 std), each step rounded to single precision as ToTensor and Normalize,
// transformers' processors or OpenMMLab's data preprocessor do it, then once more to T. (With the usual
// rescale x * (1 / 255) in double precision and x / 255 in single are the same 256 numbers.)
template <typename T>
struct NormalizeTable {
  std::array<std::array<T, 256>, 3> values;
  std::array<int, 3> source;  // channel of the RGB picture

  explicit NormalizeTable(const Preprocess& preprocess) {
    for (size_t channel = 0; channel < 3; ++channel) {
      source[channel] = static_cast<int>(preprocess.bgr ? 2 - channel : channel);
      const auto mean = static_cast<float>(preprocess.mean[channel] * preprocess.value_range);
      const auto std = static_cast<float>(preprocess.std[channel] * preprocess.value_range);
      const double scale = preprocess.value_range == 1 ? preprocess.rescale : 1;
      for (size_t x = 0; x < 256; ++x) {
        const float centred = static_cast<float>(static_cast<double>(x) * scale) - mean;
        values[channel][x] = static_cast<T>(centred / std);
      }
    }
  }

  // `out` has height * width * 3 elements, channels last.
  void apply(const Image& image, T* out) const {
    const uint8_t* pixel = image.pixels.data();
    for (int64_t i = image.width * image.height; i > 0; --i, pixel += 3, out += 3) {
      for (size_t channel = 0; channel < 3; ++channel) out[channel] = values[channel][pixel[source[channel]]];
    }
  }
};

using AnyNormalizeTable =
    std::variant<NormalizeTable<float>, NormalizeTable<c10::BFloat16>, NormalizeTable<c10::Half>>;

// Throws Error{usage} for another type.
AnyNormalizeTable make_normalize_table(c10::ScalarType dtype, const Preprocess& preprocess);

// One picture -> [3, H, W] float32, the last step of evaluation and training alike: (x / 255 - mean) / std in
// the order and rounding of torchvision's ToTensor + Normalize; blue-green-red if the preprocessing says so.
at::Tensor to_tensor(const Image& image, const Preprocess& preprocess);

}  // namespace zoo
