// The passes of a resize for sse4.1.
#include <immintrin.h>

#include "transforms/resize/resample_vector.h"

namespace zoo {
namespace {

struct Sse41 {
  using Vector = __m128i;
  static constexpr int64_t kBytes = 16, kBlocks = 1;

  Vector first, second, narrow_pixels;  // shuffles

  explicit Sse41(const Shuffles& shuffles)
      : first(block(shuffles.first)), second(block(shuffles.second)), narrow_pixels(block(shuffles.narrow)) {}

  static __m128i load_block(const uint8_t* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  }
  static void store_block(uint8_t* to, __m128i block) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
  }

  static Vector block(const uint8_t* from) { return load_block(from); }
  static Vector rows(const uint8_t* const* from, int64_t offset) { return load_block(from[0] + offset); }
  static void store_rows(Vector v, uint8_t* const* to, int64_t offset) { store_block(to[0] + offset, v); }
  static Vector load(const uint8_t* from) { return load_block(from); }
  static void store(Vector v, uint8_t* to) { store_block(to, v); }

  static Vector zero() { return _mm_setzero_si128(); }
  static Vector all(int32_t x) { return _mm_set1_epi32(x); }
  static Vector add(Vector a, Vector b) { return _mm_add_epi32(a, b); }
  static Vector shuffle(Vector bytes, Vector places) { return _mm_shuffle_epi8(bytes, places); }
  static Vector multiply_pairs(Vector a, Vector b) { return _mm_madd_epi16(a, b); }
  static Vector finish(Vector high, Vector low) {
    return _mm_srai_epi32(add(_mm_slli_epi32(high, 16), low), kWeightBits);
  }
  // 32-bit numbers to bytes, saturated; in order within blocks of 16 bytes.
  static Vector narrow(Vector a, Vector b, Vector c, Vector d) {
    return _mm_packus_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d));
  }
  // [a0 b0 a1 b1 ...] as 16-bit numbers, in the order that narrow() undoes.
  static void widen_pairs(Vector a, Vector b, Vector* pairs) {
    const Vector lower = _mm_unpacklo_epi8(a, b), upper = _mm_unpackhi_epi8(a, b);
    pairs[0] = _mm_unpacklo_epi8(lower, zero());
    pairs[1] = _mm_unpackhi_epi8(lower, zero());
    pairs[2] = _mm_unpacklo_epi8(upper, zero());
    pairs[3] = _mm_unpackhi_epi8(upper, zero());
  }
};

}  // namespace

const ResamplePasses kSse41Passes{"sse4.1", horizontal<Sse41>, vertical<Sse41>};

}  // namespace zoo
