// Pillow's Image.blend, its conversion to grey and its smoothing. Internal to transforms.
#pragma once

#include <cstdint>

namespace zoo {

// from + factor * (to - from) in single precision, cut to 0 .. 255 and truncated.
inline uint8_t blend(uint8_t from, uint8_t to, float factor) {
  const float value = static_cast<float>(from) + factor * static_cast<float>(to - from);
  return static_cast<uint8_t>(value <= 0.0F ? 0.0F : value >= 255.0F ? 255.0F : value);
}

// ITU-R 601-2 in 16-bit fixed point, rounded: convert("L").
inline uint8_t grey(uint8_t red, uint8_t green, uint8_t blue) {
  return static_cast<uint8_t>((red * 19595U + green * 38470U + blue * 7471U + 0x8000U) >> 16);
}

// ImageFilter.SMOOTH of three interleaved channels: the eight neighbours once, the value five times, divided
// by 13 and rounded. Sums of whole numbers come nowhere near a half of 13, so that single precision gives
// this too.
inline uint8_t smoothed(const uint8_t* above, const uint8_t* here, const uint8_t* below) {
  const int sum =
      above[-3] + above[0] + above[3] + here[-3] + 5 * here[0] + here[3] + below[-3] + below[0] + below[3];
  return static_cast<uint8_t>((2 * sum + 13) / 26);
}

}  // namespace zoo
