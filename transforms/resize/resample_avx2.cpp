// The passes of a resize for avx2.
#include <immintrin.h>

#include "transforms/resize/resample_vector.h"

namespace zoo {
namespace {

struct Avx2 {
  using Vector = __m256i;
  static constexpr int64_t kBytes = 32, kBlocks = 2;

  Vector first, second, narrow_pixels;  // shuffles

  explicit Avx2(const Shuffles& shuffles)
      : first(block(shuffles.first)), second(block(shuffles.second)), narrow_pixels(block(shuffles.narrow)) {}

  static __m128i load_block(const uint8_t* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  }
  static void store_block(uint8_t* to, __m128i block) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
  }

  static Vector block(const uint8_t* from) { return _mm256_broadcastsi128_si256(load_block(from)); }
  static Vector rows(const uint8_t* const* from, int64_t offset) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(load_block(from[0] + offset)),
                                   load_block(from[1] + offset), 1);
  }
  static void store_rows(Vector v, uint8_t* const* to, int64_t offset) {
    store_block(to[0] + offset, _mm256_castsi256_si128(v));
    store_block(to[1] + offset, _mm256_extracti128_si256(v, 1));
  }
  static Vector load(const uint8_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  static void store(Vector v, uint8_t* to) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), v); }

  static Vector zero() { return _mm256_setzero_si256(); }
  static Vector all(int32_t x) { return _mm256_set1_epi32(x); }
  static Vector add(Vector a, Vector b) { return _mm256_add_epi32(a, b); }
  static Vector shuffle(Vector bytes, Vector places) { return _mm256_shuffle_epi8(bytes, places); }
  static Vector multiply_pairs(Vector a, Vector b) { return _mm256_madd_epi16(a, b); }
  static Vector finish(Vector high, Vector low) {
    return _mm256_srai_epi32(add(_mm256_slli_epi32(high, 16), low), kWeightBits);
  }
  // 32-bit numbers to bytes, saturated; in order within blocks of 16 bytes.
  static Vector narrow(Vector a, Vector b, Vector c, Vector d) {
    return _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
  }
  // [a0 b0 a1 b1 ...] as 16-bit numbers, in the order that narrow() undoes.
  static void widen_pairs(Vector a, Vector b, Vector* pairs) {
    const Vector lower = _mm256_unpacklo_epi8(a, b), upper = _mm256_unpackhi_epi8(a, b);
    pairs[0] = _mm256_unpacklo_epi8(lower, zero());
    pairs[1] = _mm256_unpackhi_epi8(lower, zero());
    pairs[2] = _mm256_unpacklo_epi8(upper, zero());
    pairs[3] = _mm256_unpackhi_epi8(upper, zero());
  }
};

}  // namespace

const ResamplePasses kAvx2Passes{"avx2", horizontal<Avx2>, vertical<Avx2>};

}  // namespace zoo
