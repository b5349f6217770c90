// The bits of float16, bfloat16 and the 8-bit floating dtypes as numbers, and back.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace zoo {

struct Half {
  uint16_t bits;
};
struct BFloat {
  uint16_t bits;
};

inline constexpr uint32_t kFloatSign = 0x80000000, kFloatInfinity = 0x7F800000;

inline float widen(double value) {
  return static_cast<float>(value);
}
inline float widen(float value) {
  return value;
}
inline float widen(BFloat value) {
  return std::bit_cast<float>(uint32_t{value.bits} << 16);
}
inline float widen(Half value) {
  const uint32_t sign = (value.bits & 0x8000U) << 16;
  const uint32_t exponent = value.bits >> 10 & 0x1FU, fraction = value.bits & 0x3FFU;
  if (exponent == 0) {  // zero or subnormal: fraction * 2^-24, exact in float32
    const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
    return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
  }
  const uint32_t wide = exponent == 0x1F ? kFloatInfinity : (exponent + 112) << 23;
  return std::bit_cast<float>(sign | wide | fraction << 13);
}

inline void narrow(float value, float& out) {
  out = value;
}
inline void narrow(float value, double& out) {
  out = value;
}
inline void narrow(float value, BFloat& out) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if ((bits & ~kFloatSign) > kFloatInfinity) {
    out.bits = static_cast<uint16_t>(bits >> 16 | 0x40);  // NaN stays NaN
  } else {
    out.bits = static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
  }
}
inline void narrow(float value, Half& out) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t magnitude = bits & ~kFloatSign;
  uint32_t half = 0;
  if (magnitude > kFloatInfinity) {
    half = 0x7E00 | (magnitude >> 13 & 0x1FF);
  } else if (magnitude >= 0x477FF000) {  // from half-way between 65504 and 65536 on
    half = 0x7C00;
  } else if (magnitude >= 0x38800000) {  // 2^-14, the smallest normal number
    half = (magnitude - (112U << 23) + 0xFFF + (magnitude >> 13 & 1)) >> 13;
  } else {
    // Adding 0.5 leaves the multiples of 2^-24 in the last bits, rounded by the processor.
    half = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3F000000;
  }
  out.bits = static_cast<uint16_t>(half | (bits & kFloatSign) >> 16);
}

// An 8-bit floating dtype: so many bits of fraction, an exponent of this bias; and what has no number.
struct Float8 {
  int fraction_bits, bias;
  uint8_t infinity, first_nan;  // without the sign; 0 = none
  bool negative_zero_is_nan;
};
inline constexpr Float8 kE4M3fn{3, 7, 0, 0x7F, false}, kE5M2{2, 15, 0x7C, 0x7D, false},
    kE4M3fnuz{3, 8, 0, 0, true}, kE5M2fnuz{2, 16, 0, 0, true};

inline double widen(uint8_t bits, const Float8& kind) {
  const uint8_t magnitude = bits & 0x7F;
  const double sign = bits == magnitude ? 1 : -1;
  const bool nan =
      (kind.first_nan != 0 && magnitude >= kind.first_nan) || (kind.negative_zero_is_nan && bits == 0x80);
  if (nan) return std::numeric_limits<double>::quiet_NaN();
  if (kind.infinity != 0 && magnitude == kind.infinity) return sign * std::numeric_limits<double>::infinity();
  const int exponent = magnitude >> kind.fraction_bits;
  const int fraction = magnitude & ((1 << kind.fraction_bits) - 1);
  const int whole = exponent == 0 ? fraction : fraction + (1 << kind.fraction_bits);
  return sign * std::ldexp(whole, (exponent == 0 ? 1 : exponent) - kind.bias - kind.fraction_bits);
}

}  // namespace zoo
