// Pillow's Image.blend and its conversion to grey. Internal to transforms.
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

}  // namespace zoo

// Loops with floating-point numbers are cloned for wider registers, but never for fused multiply-add, which
// Pillow's builds do not have and which rounds otherwise. Address sanitizers cannot start before the choice.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
#define ZOO_WIDER_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define ZOO_WIDER_CLONES
#endif
