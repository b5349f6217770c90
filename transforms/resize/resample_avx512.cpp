// The passes of a resize for avx512.
#include <immintrin.h>

#include "transforms/resize/resample_vector.h"

namespace zoo {
namespace {

struct Avx512 {
  using Vector = __m512i;
  static constexpr int64_t kBytes = 64, kBlocks = 4;

  Vector first, second, narrow_pixels;  // shuffles

  explicit Avx512(const Shuffles& shuffles)
      : first(block(shuffles.first)), second(block(shuffles.second)), narrow_pixels(block(shuffles.narrow)) {}

  static __m128i load_block(const uint8_t* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  }
  static void store_block(uint8_t* to, __m128i block) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
  }

  static Vector block(const uint8_t* from) { return _mm512_broadcast_i32x4(load_block(from)); }
  static Vector rows(const uint8_t* const* from, int64_t offset) {
    const __m256i lower = _mm256_inserti128_si256(_mm256_castsi128_si256(load_block(from[0] + offset)),
                                                  load_block(from[1] + offset), 1);
    const __m256i upper = _mm256_inserti128_si256(_mm256_castsi128_si256(load_block(from[2] + offset)),
                                                  load_block(from[3] + offset), 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(lower), upper, 1);
  }
  static void store_rows(Vector v, uint8_t* const* to, int64_t offset) {
    store_block(to[0] + offset, _mm512_castsi512_si128(v));
    store_block(to[1] + offset, _mm512_extracti32x4_epi32(v, 1));
    store_block(to[2] + offset, _mm512_extracti32x4_epi32(v, 2));
    store_block(to[3] + offset, _mm512_extracti32x4_epi32(v, 3));
  }
  static Vector load(const uint8_t* from) { return _mm512_loadu_si512(from); }
  static void store(Vector v, uint8_t* to) { _mm512_storeu_si512(to, v); }

  static Vector zero() { return _mm512_setzero_si512(); }
  static Vector all(int32_t x) { return _mm512_set1_epi32(x); }
  static Vector add(Vector a, Vector b) { return _mm512_add_epi32(a, b); }
  static Vector shuffle(Vector bytes, Vector places) { return _mm512_shuffle_epi8(bytes, places); }
  static Vector multiply_pairs(Vector a, Vector b) { return _mm512_madd_epi16(a, b); }
  static Vector finish(Vector high, Vector low) {
    return _mm512_srai_epi32(add(_mm512_slli_epi32(high, 16), low), kWeightBits);
  }
  // 32-bit numbers to bytes, saturated; in order within blocks of 16 bytes.
  static Vector narrow(Vector a, Vector b, Vector c, Vector d) {
    return _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d));
  }
  // [a0 b0 a1 b1 ...] as 16-bit numbers, in the order that narrow() undoes.
  static void widen_pairs(Vector a, Vector b, Vector* pairs) {
    const Vector lower = _mm512_unpacklo_epi8(a, b), upper = _mm512_unpackhi_epi8(a, b);
    pairs[0] = _mm512_unpacklo_epi8(lower, zero());
    pairs[1] = _mm512_unpackhi_epi8(lower, zero());
    pairs[2] = _mm512_unpacklo_epi8(upper, zero());
    pairs[3] = _mm512_unpackhi_epi8(upper, zero());
  }
};

}  // namespace

const ResamplePasses kAvx512Passes{"avx512", horizontal<Avx512>, vertical<Avx512>};

}  // namespace zoo
