// The inverse DCTs of a JPEG decoder for AVX2: Loeffler, Ligtenberg and Moschytz's (ICASSP 1989) in fixed
// point, with libjpeg's constants. What they do to numbers that no encoder writes (16-bit sums wrap, packing
// saturates) is libjpeg-turbo's too. 32-bit sums are modulo 2^32, so that their order is free.
#include <cstring>

#include "transforms/decode/jpeg_kernels_avx2.h"

namespace zoo::avx2 {
namespace {

constexpr int kConstantBits = 13, kFirstPassBits = 2;  // fractions of the constants, of what the columns give
constexpr int kSizeBits = 3;                           // the transform's gain: 8

constexpr int fixed(double x) {
  return (static_cast<int>(x * (2 << kConstantBits)) + 1) / 2;  // rounded
}

constexpr int k0_211 = fixed(0.211164243), k0_298 = fixed(0.298631336), k0_390 = fixed(0.390180644),
              k0_509 = fixed(0.509795579), k0_541 = fixed(0.541196100), k0_601 = fixed(0.601344887),
              k0_720 = fixed(0.720959822), k0_765 = fixed(0.765366865), k0_850 = fixed(0.850430095),
              k0_899 = fixed(0.899976223), k1_061 = fixed(1.061594337), k1_175 = fixed(1.175875602),
              k1_272 = fixed(1.272758580), k1_451 = fixed(1.451774981), k1_501 = fixed(1.501321110),
              k1_847 = fixed(1.847759065), k1_961 = fixed(1.961570560), k2_053 = fixed(2.053119869),
              k2_172 = fixed(2.172734803), k2_562 = fixed(2.562915447), k3_072 = fixed(3.072711026),
              k3_624 = fixed(3.624509785);

// Eight vectors of eight 16-bit numbers, 0 to 3 of two of them in the lower lane, 4 to 7 in the upper one.
struct Vectors {
  __m256i v01, v23, v45, v67;
};

// Coefficients, as they are and times the table.
struct Block {
  const int16_t* coefficients;
  const uint16_t* quantization;

  __m256i rows(int first) const { return load(coefficients + 8 * ptrdiff_t{first}); }
  __m256i times_table(int first) const {
    return _mm256_permute4x64_epi64(
        _mm256_mullo_epi16(rows(first), load(quantization + 8 * ptrdiff_t{first})), 0xD8);
  }
  Vectors vectors() const { return {times_table(0), times_table(2), times_table(4), times_table(6)}; }
  __m128i first_row() const { return _mm_mullo_epi16(load_half(coefficients), load_half(quantization)); }
};

bool is_zero(__m256i x) {
  return _mm256_testz_si256(x, x) != 0;
}

__m256i upper_lane(__m256i x) {
  return _mm256_blend_epi32(_mm256_setzero_si256(), x, 0xF0);
}

// Whether the first row is nothing but the mean.
bool is_flat(__m128i row) {
  const __m128i rest = _mm_srli_si128(row, 2);
  return _mm_testz_si128(rest, rest) != 0;
}

uint8_t sample(int around_zero) {
  return static_cast<uint8_t>(around_zero < -128 ? 0 : around_zero > 127 ? 255 : around_zero + 128);
}

// The second pass over a block whose first row is the mean alone and whose other rows are zero.
uint8_t flat_sample(__m128i row) {
  const auto mean = static_cast<int16_t>(_mm_cvtsi128_si32(row) << kFirstPassBits);
  constexpr int kShift = kFirstPassBits + kSizeBits;
  return sample((mean + (1 << (kShift - 1))) >> kShift);
}

// Each number of the first row, with the first pass's fraction, as a vector of its own.
Vectors spread(__m128i row) {
  const __m128i scaled = _mm_slli_epi16(row, kFirstPassBits);
  const __m128i low = _mm_unpacklo_epi16(scaled, scaled), high = _mm_unpackhi_epi16(scaled, scaled);
  return {_mm256_broadcastsi128_si256(_mm_unpacklo_epi32(low, low)),
          _mm256_broadcastsi128_si256(_mm_unpackhi_epi32(low, low)),
          _mm256_broadcastsi128_si256(_mm_unpacklo_epi32(high, high)),
          _mm256_broadcastsi128_si256(_mm_unpackhi_epi32(high, high))};
}

// The first of each two vectors, times 2^kConstantBits + kGain, and rounded as the shift behind it needs.
template <int kShift, int kGain = 0>
__m256i whole(__m256i vectors) {
  const __m256i upper = _mm256_unpacklo_epi16(_mm256_setzero_si256(), vectors);
  return _mm256_add_epi32(_mm256_srai_epi32(upper, 16 - kConstantBits - kGain),
                          _mm256_set1_epi32(1 << (kShift - 1)));
}

template <int kShift>
void add_and_subtract(__m256i even, __m256i odd, __m256i& sum, __m256i& difference) {
  sum = _mm256_srai_epi32(_mm256_add_epi32(even, odd), kShift);
  difference = _mm256_srai_epi32(_mm256_sub_epi32(even, odd), kShift);
}

template <int kShift>
void transform_8(const Vectors& in, __m256i* out) {
  const __m256i sum04_15 = _mm256_add_epi16(in.v01, in.v45), sum26_37 = _mm256_add_epi16(in.v23, in.v67);
  const __m256i sum = whole<kShift>(sum04_15), difference = whole<kShift>(_mm256_sub_epi16(in.v01, in.v45));
  const __m256i in26 = _mm256_unpacklo_epi16(in.v23, in.v67);
  const __m256i turned_sum = weigh(in26, k0_541 + k0_765, k0_541);
  const __m256i turned_difference = weigh(in26, k0_541, k0_541 - k1_847);

  const __m256i sum37_15 = _mm256_unpackhi_epi16(sum26_37, sum04_15);
  const __m256i common37 = weigh(sum37_15, k1_175 - k1_961, k1_175);
  const __m256i common15 = weigh(sum37_15, k1_175, k1_175 - k0_390);
  const __m256i in71 = _mm256_unpackhi_epi16(in.v67, in.v01), in53 = _mm256_unpackhi_epi16(in.v45, in.v23);
  const __m256i odd0 = _mm256_add_epi32(common15, weigh(in71, -k0_899, k1_501 - k0_899));
  const __m256i odd1 = _mm256_add_epi32(common37, weigh(in53, -k2_562, k3_072 - k2_562));
  const __m256i odd2 = _mm256_add_epi32(common15, weigh(in53, k2_053 - k2_562, -k2_562));
  const __m256i odd3 = _mm256_add_epi32(common37, weigh(in71, k0_298 - k0_899, -k0_899));

  add_and_subtract<kShift>(_mm256_add_epi32(sum, turned_sum), odd0, out[0], out[7]);
  add_and_subtract<kShift>(_mm256_add_epi32(difference, turned_difference), odd1, out[1], out[6]);
  add_and_subtract<kShift>(_mm256_sub_epi32(difference, turned_difference), odd2, out[2], out[5]);
  add_and_subtract<kShift>(_mm256_sub_epi32(sum, turned_sum), odd3, out[3], out[4]);
}

// Four points of eight; the fifth input counts for nothing.
template <int kShift>
void transform_4(const Vectors& in, __m256i* out) {
  const __m256i mean = whole<kShift, 1>(in.v01);
  const __m256i turned = weigh(_mm256_unpacklo_epi16(in.v23, in.v67), k1_847, -k0_765);
  const __m256i in71 = _mm256_unpackhi_epi16(in.v67, in.v01), in53 = _mm256_unpackhi_epi16(in.v45, in.v23);
  const __m256i odd0 = _mm256_add_epi32(weigh(in71, -k0_509, k2_562), weigh(in53, -k0_601, k0_899));
  const __m256i odd1 = _mm256_add_epi32(weigh(in71, -k0_211, k1_061), weigh(in53, k1_451, -k2_172));
  add_and_subtract<kShift>(_mm256_add_epi32(mean, turned), odd0, out[0], out[3]);
  add_and_subtract<kShift>(_mm256_sub_epi32(mean, turned), odd1, out[1], out[2]);
}

// Of four vectors of 32-bit numbers, those of the same place side by side, as 16-bit numbers: places 0 and 1
// of each lane, then 2 and 3.
void gather(const __m256i* from, __m256i& places01, __m256i& places23) {
  const __m256i even = _mm256_packs_epi32(from[0], from[2]), odd = _mm256_packs_epi32(from[1], from[3]);
  const __m256i low = _mm256_unpacklo_epi16(even, odd), high = _mm256_unpackhi_epi16(even, odd);
  places01 = _mm256_unpacklo_epi32(low, high);
  places23 = _mm256_unpackhi_epi32(low, high);
}

Vectors transposed(const __m256i* rows) {
  __m256i upper01_45, upper23_67, lower01_45, lower23_67;
  gather(rows, upper01_45, upper23_67);
  gather(rows + 4, lower01_45, lower23_67);
  return {_mm256_permute2x128_si256(upper01_45, lower01_45, 0x20),
          _mm256_permute2x128_si256(upper23_67, lower23_67, 0x20),
          _mm256_permute2x128_si256(upper01_45, lower01_45, 0x31),
          _mm256_permute2x128_si256(upper23_67, lower23_67, 0x31)};
}

constexpr int kFirstShift = kConstantBits - kFirstPassBits;
constexpr int kLastShift = kConstantBits + kFirstPassBits + kSizeBits;

}  // namespace

void inverse_dct_8(const int16_t* coefficients, const uint16_t* quantization, uint8_t* samples,
                   ptrdiff_t stride) {
  const Block block{coefficients, quantization};
  const __m256i below = _mm256_or_si256(_mm256_or_si256(upper_lane(block.rows(0)), block.rows(2)),
                                        _mm256_or_si256(block.rows(4), block.rows(6)));
  __m256i out[8];
  if (is_zero(below)) {
    const __m128i row = block.first_row();
    if (is_flat(row)) {
      const uint64_t eight = flat_sample(row) * uint64_t{0x0101010101010101};
      for (int y = 0; y < 8; ++y) std::memcpy(samples + y * stride, &eight, 8);
      return;
    }
    transform_8<kLastShift>(spread(row), out);
  } else {
    transform_8<kFirstShift>(block.vectors(), out);
    transform_8<kLastShift>(transposed(out), out);
  }
  // out[x] holds rows 0 to 3 in the lower lane, 4 to 7 in the upper one.
  const __m256i by_row =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  const __m256i left = _mm256_shuffle_epi8(
      _mm256_packs_epi16(_mm256_packs_epi32(out[0], out[1]), _mm256_packs_epi32(out[2], out[3])), by_row);
  const __m256i right = _mm256_shuffle_epi8(
      _mm256_packs_epi16(_mm256_packs_epi32(out[4], out[5]), _mm256_packs_epi32(out[6], out[7])), by_row);
  const __m256i rows01_45 = centered(_mm256_unpacklo_epi32(left, right));
  const __m256i rows23_67 = centered(_mm256_unpackhi_epi32(left, right));
  const auto store_two = [&](int y, __m128i rows) {
    _mm_storeu_si64(samples + y * stride, rows);
    _mm_storeu_si64(samples + (y + 1) * stride, _mm_unpackhi_epi64(rows, rows));
  };
  store_two(0, _mm256_castsi256_si128(rows01_45));
  store_two(2, _mm256_castsi256_si128(rows23_67));
  store_two(4, _mm256_extracti128_si256(rows01_45, 1));
  store_two(6, _mm256_extracti128_si256(rows23_67, 1));
}

void inverse_dct_4(const int16_t* coefficients, const uint16_t* quantization, uint8_t* samples,
                   ptrdiff_t stride) {
  const Block block{coefficients, quantization};
  const __m256i below = _mm256_or_si256(_mm256_or_si256(upper_lane(block.rows(0)), block.rows(2)),
                                        _mm256_or_si256(upper_lane(block.rows(4)), block.rows(6)));
  __m256i out[4];
  if (is_zero(below)) {
    transform_4<kLastShift + 1>(spread(block.first_row()), out);
  } else {
    transform_4<kFirstShift + 1>(block.vectors(), out);
    __m256i columns01_45, columns23_67;
    gather(out, columns01_45, columns23_67);
    // The lower lane is all that counts from here on.
    transform_4<kLastShift + 1>(
        {columns01_45, columns23_67, _mm256_permute2x128_si256(columns01_45, columns01_45, 1),
         _mm256_permute2x128_si256(columns23_67, columns23_67, 1)},
        out);
  }
  __m256i rows01, rows23;
  gather(out, rows01, rows23);
  const __m128i rows = _mm256_castsi256_si128(centered(_mm256_packs_epi16(rows01, rows23)));
  alignas(16) uint8_t bytes[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(bytes), rows);
  for (int y = 0; y < 4; ++y) std::memcpy(samples + y * stride, bytes + 4 * ptrdiff_t{y}, 4);
}

// Two points of eight: of each row and column, the mean and what is odd.
void inverse_dct_2(const int16_t* coefficients, const uint16_t* quantization, uint8_t* samples,
                   ptrdiff_t stride) {
  const Vectors in = Block{coefficients, quantization}.vectors();
  constexpr int kFirst = kFirstShift + 2, kLast = kLastShift + 2;
  const __m256i odd = _mm256_add_epi32(weigh(_mm256_unpackhi_epi16(in.v67, in.v01), -k0_720, k3_624),
                                       weigh(_mm256_unpackhi_epi16(in.v45, in.v23), k0_850, -k1_272));
  __m256i upper, lower;
  add_and_subtract<kFirst>(whole<kFirst, 2>(in.v01), odd, upper, lower);
  const __m256i row_weights = _mm256_setr_epi16(0, k3_624, 0, -k1_272, 0, k3_624, 0, -k1_272,  //
                                                0, k0_850, 0, -k0_720, 0, k0_850, 0, -k0_720);
  const __m256i products = _mm256_madd_epi16(_mm256_packs_epi32(upper, lower), row_weights);
  const __m128i parts =
      _mm_add_epi32(_mm256_castsi256_si128(products), _mm256_extracti128_si256(products, 1));
  const __m128i row_odd = _mm_add_epi32(parts, _mm_shuffle_epi32(parts, 0xB1));  // twice the upper, the lower
  const __m128i means = _mm_shuffle_epi32(
      _mm_unpacklo_epi64(_mm256_castsi256_si128(upper), _mm256_castsi256_si128(lower)), 0xA0);
  const __m128i sums = _mm_add_epi32(_mm_slli_epi32(means, kConstantBits + 2),
                                     _mm_sign_epi32(row_odd, _mm_setr_epi32(1, -1, 1, -1)));
  const __m128i rounded = _mm_srai_epi32(_mm_add_epi32(sums, _mm_set1_epi32(1 << (kLast - 1))), kLast);
  const __m128i words = _mm_packs_epi32(rounded, rounded);
  const __m128i bytes = _mm_xor_si128(_mm_packs_epi16(words, words), _mm_set1_epi8(-128));
  const auto four = static_cast<uint32_t>(_mm_cvtsi128_si32(bytes));
  std::memcpy(samples, &four, 2);
  const uint32_t last_two = four >> 16;
  std::memcpy(samples + stride, &last_two, 2);
}

// The mean, modulo 1024 as by libjpeg's table of samples.
void inverse_dct_1(const int16_t* coefficients, const uint16_t* quantization, uint8_t* samples,
                   ptrdiff_t /*stride*/) {
  const int mean = (coefficients[0] * static_cast<int16_t>(quantization[0]) + 4) >> kSizeBits;
  *samples = sample(((mean + 512) & 1023) - 512);
}

}  // namespace zoo::avx2
