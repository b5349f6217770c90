// The window of a picture that the first bytes of an input choose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "transforms/resize/resize.h"

namespace zoo::fuzz {

constexpr size_t kChoices = 4;

// Inside of a picture of that size. `choices` are kChoices bytes.
inline CropRect chosen_window(Size size, std::span<const uint8_t> choices) {
  const int64_t left = size.width * choices[0] / 256, top = size.height * choices[1] / 256;
  return {left, top, 1 + (size.width - left - 1) * choices[2] / 255,
          1 + (size.height - top - 1) * choices[3] / 255};
}

}  // namespace zoo::fuzz
