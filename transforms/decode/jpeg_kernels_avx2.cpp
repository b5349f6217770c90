// The upsampling and the colours of a JPEG decoder for AVX2.
#include "transforms/decode/jpeg_kernels.h"

#include <cstring>

#include "transforms/decode/jpeg_kernels_avx2.h"

namespace zoo {
namespace avx2 {
namespace {

// 64 bytes that lie in two vectors, the first halves of which come first.
void store_lanes(uint8_t* to, __m256i low, __m256i high) {
  store(to, _mm256_permute2x128_si256(low, high, 0x20));
  store(to + 32, _mm256_permute2x128_si256(low, high, 0x31));
}

// (a + b) / 2, rounded down.
__m256i lower_mean(__m256i a, __m256i b) {
  const __m256i odd = _mm256_and_si256(_mm256_xor_si256(a, b), _mm256_set1_epi8(1));
  return _mm256_sub_epi8(_mm256_avg_epu8(a, b), odd);
}

void upsample_2x1_fancy(const uint8_t* row, int64_t count, uint8_t* out) {
  for (int64_t i = 0; i < count; i += 32) {
    const __m256i here = load(row + i);
    const __m256i left = lower_mean(here, _mm256_avg_epu8(here, load(row + i - 1)));
    const __m256i right = _mm256_avg_epu8(here, lower_mean(here, load(row + i + 1)));
    store_lanes(out + 2 * i, _mm256_unpacklo_epi8(left, right), _mm256_unpackhi_epi8(left, right));
  }
}

void upsample_2x1_plain(const uint8_t* row, int64_t count, uint8_t* out) {
  for (int64_t i = 0; i < count; i += 32) {
    const __m256i here = load(row + i);
    store_lanes(out + 2 * i, _mm256_unpacklo_epi8(here, here), _mm256_unpackhi_epi8(here, here));
  }
}

// 3 * nearer + farther, as 16-bit numbers.
struct Mixed {
  __m256i low, high;

  Mixed(const uint8_t* nearer, const uint8_t* farther) {
    const __m256i near_bytes = load(nearer), far_bytes = load(farther), weights = _mm256_set1_epi16(0x0103);
    low = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(near_bytes, far_bytes), weights);
    high = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(near_bytes, far_bytes), weights);
  }
};

// Of 16 bits, the left of two samples in the lower byte, the right one in the upper.
__m256i two_samples(__m256i before, __m256i here, __m256i behind) {
  const __m256i thrice = _mm256_add_epi16(here, _mm256_add_epi16(here, here));
  const __m256i left = _mm256_add_epi16(thrice, _mm256_add_epi16(before, _mm256_set1_epi16(8)));
  const __m256i right = _mm256_add_epi16(thrice, _mm256_add_epi16(behind, _mm256_set1_epi16(7)));
  return _mm256_blendv_epi8(_mm256_srli_epi16(left, 4), _mm256_slli_epi16(right, 4),
                            _mm256_set1_epi16(static_cast<int16_t>(0xFF00)));
}

void upsample_2x2_fancy(const uint8_t* nearer, const uint8_t* farther, int64_t count, uint8_t* out) {
  for (int64_t i = 0; i < count; i += 32) {
    const Mixed before(nearer + i - 1, farther + i - 1), here(nearer + i, farther + i),
        behind(nearer + i + 1, farther + i + 1);
    store_lanes(out + 2 * i, two_samples(before.low, here.low, behind.low),
                two_samples(before.high, here.high, behind.high));
  }
}

// 32 samples around 128 as 16-bit numbers around 0, in the order that packing undoes.
struct Wide {
  __m256i low, high;

  static Wide chroma(const uint8_t* from) {
    const __m256i bytes = centered(load(from)), zero = _mm256_setzero_si256();
    return {_mm256_srai_epi16(_mm256_unpacklo_epi8(zero, bytes), 8),
            _mm256_srai_epi16(_mm256_unpackhi_epi8(zero, bytes), 8)};
  }
  static Wide luma(const uint8_t* from) {
    const __m256i bytes = load(from), zero = _mm256_setzero_si256();
    return {_mm256_unpacklo_epi8(bytes, zero), _mm256_unpackhi_epi8(bytes, zero)};
  }
};

// x * weight / 2^15, rounded.
__m256i scaled(__m256i x, int weight) {
  return _mm256_mulhrs_epi16(x, _mm256_set1_epi16(static_cast<int16_t>(weight)));
}

// libjpeg's weights are 1.402, 1.772, -0.34414 and -0.71414 times 2^16. What is left of them beside whole
// numbers goes into 15 bits; red's loses half a unit, which shows in none of the 256 products.
__m256i red(__m256i y, __m256i cr) {
  return _mm256_add_epi16(_mm256_add_epi16(y, cr), scaled(cr, (91881 - 65536) / 2));
}
__m256i blue(__m256i y, __m256i cb) {
  return _mm256_add_epi16(_mm256_add_epi16(y, _mm256_add_epi16(cb, cb)), scaled(cb, (116130 - 131072) / 2));
}
__m256i green(__m256i y, __m256i cb, __m256i cr) {
  const __m256i half = _mm256_set1_epi32(1 << 14);
  const auto part = [&](__m256i pairs) {
    return _mm256_srai_epi32(_mm256_add_epi32(weigh(pairs, -22554 / 2, (65536 - 46802) / 2), half), 15);
  };
  const __m256i chroma =
      _mm256_packs_epi32(part(_mm256_unpacklo_epi16(cb, cr)), part(_mm256_unpackhi_epi16(cb, cr)));
  return _mm256_add_epi16(_mm256_sub_epi16(y, cr), chroma);
}

// Three vectors, each a third of both lanes' 48 bytes, in order.
void store_thirds(uint8_t* to, __m256i first, __m256i second, __m256i third) {
  store(to, _mm256_permute2x128_si256(first, second, 0x20));
  store(to + 32, _mm256_blend_epi32(third, first, 0xF0));
  store(to + 64, _mm256_permute2x128_si256(second, third, 0x31));
}

// Byte i of each lane goes to place 3 * i + channel, modulo 16: no two channels share one.
__m256i strewn(__m256i bytes, int channel) {
  const __m128i from_0 = _mm_setr_epi8(0, 11, 6, 1, 12, 7, 2, 13, 8, 3, 14, 9, 4, 15, 10, 5);
  const __m128i from_1 = _mm_setr_epi8(5, 0, 11, 6, 1, 12, 7, 2, 13, 8, 3, 14, 9, 4, 15, 10);
  const __m128i from_2 = _mm_setr_epi8(10, 5, 0, 11, 6, 1, 12, 7, 2, 13, 8, 3, 14, 9, 4, 15);
  const __m128i from = channel == 0 ? from_0 : channel == 1 ? from_1 : from_2;
  return _mm256_shuffle_epi8(bytes, _mm256_broadcastsi128_si256(from));
}

// a at the places 0, 3, 6 ..., b at 1, 4, 7 ..., c at 2, 5, 8 ... of each lane
__m256i third_of(__m256i a, __m256i b, __m256i c) {
  const __m256i of_b =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0));
  const __m256i of_c =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0));
  return _mm256_blendv_epi8(_mm256_blendv_epi8(a, b, of_b), c, of_c);
}

constexpr int64_t kPixels = 32;  // at once

void convert_block(const uint8_t* y_row, const uint8_t* cb_row, const uint8_t* cr_row, uint8_t* rgb) {
  const Wide y = Wide::luma(y_row), cb = Wide::chroma(cb_row), cr = Wide::chroma(cr_row);
  const __m256i r = strewn(_mm256_packus_epi16(red(y.low, cr.low), red(y.high, cr.high)), 0);
  const __m256i g =
      strewn(_mm256_packus_epi16(green(y.low, cb.low, cr.low), green(y.high, cb.high, cr.high)), 1);
  const __m256i b = strewn(_mm256_packus_epi16(blue(y.low, cb.low), blue(y.high, cb.high)), 2);
  store_thirds(rgb, third_of(r, g, b), third_of(g, b, r), third_of(b, r, g));
}

void repeat_block(const uint8_t* grey, uint8_t* rgb) {
  const __m256i bytes = load(grey);
  const auto third = [&](__m128i from) {
    return _mm256_shuffle_epi8(bytes, _mm256_broadcastsi128_si256(from));
  };
  store_thirds(rgb, third(_mm_setr_epi8(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5)),
               third(_mm_setr_epi8(5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10)),
               third(_mm_setr_epi8(10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15)));
}

// Blocks of kPixels pixels, the last of which may be cut.
template <typename Convert>
void convert_row(int64_t count, uint8_t* rgb, const Convert& convert) {
  int64_t i = 0;
  for (; i + kPixels <= count; i += kPixels) convert(i, rgb + 3 * i);
  if (i == count) return;
  uint8_t last[3 * kPixels];
  convert(i, last);
  std::memcpy(rgb + 3 * i, last, static_cast<size_t>(3 * (count - i)));
}

void ycc_to_rgb(const uint8_t* y, const uint8_t* cb, const uint8_t* cr, int64_t count, uint8_t* rgb) {
  convert_row(count, rgb, [=](int64_t i, uint8_t* to) { convert_block(y + i, cb + i, cr + i, to); });
}

void grey_to_rgb(const uint8_t* grey, int64_t count, uint8_t* rgb) {
  convert_row(count, rgb, [=](int64_t i, uint8_t* to) { repeat_block(grey + i, to); });
}

}  // namespace
}  // namespace avx2

const JpegKernels kAvx2JpegKernels{.inverse_dct_8 = avx2::inverse_dct_8,
                                   .inverse_dct_4 = avx2::inverse_dct_4,
                                   .inverse_dct_2 = avx2::inverse_dct_2,
                                   .inverse_dct_1 = avx2::inverse_dct_1,
                                   .upsample_2x1_fancy = avx2::upsample_2x1_fancy,
                                   .upsample_2x2_fancy = avx2::upsample_2x2_fancy,
                                   .upsample_2x1_plain = avx2::upsample_2x1_plain,
                                   .ycc_to_rgb = avx2::ycc_to_rgb,
                                   .grey_to_rgb = avx2::grey_to_rgb};

}  // namespace zoo
