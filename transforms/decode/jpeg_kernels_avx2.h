// What the two halves of a JPEG decoder's arithmetic for AVX2 share. Internal to them: for no other file is
// compiled for AVX2.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace zoo::avx2 {

// JpegKernels::InverseDct
void inverse_dct_8(const int16_t* coefficients, const uint16_t* quantization, uint8_t* samples,
                   ptrdiff_t stride);
void inverse_dct_4(const int16_t* coefficients, const uint16_t* quantization, uint8_t* samples,
                   ptrdiff_t stride);
void inverse_dct_2(const int16_t* coefficients, const uint16_t* quantization, uint8_t* samples,
                   ptrdiff_t stride);
void inverse_dct_1(const int16_t* coefficients, const uint16_t* quantization, uint8_t* samples,
                   ptrdiff_t stride);

inline __m128i load_half(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}
inline __m256i load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
inline void store(uint8_t* to, __m256i bytes) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes);
}

// pairs.first * first + pairs.second * second
inline __m256i weigh(__m256i pairs, int first, int second) {
  const uint32_t both = static_cast<uint16_t>(first) | static_cast<uint32_t>(second) << 16;
  return _mm256_madd_epi16(pairs, _mm256_set1_epi32(static_cast<int>(both)));
}

// Samples around zero, saturated, to 0 ... 255.
inline __m256i centered(__m256i bytes) {
  return _mm256_xor_si256(bytes, _mm256_set1_epi8(-128));
}

}  // namespace zoo::avx2
