#include "transforms/augment/sample.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace zoo {
namespace {

struct Source {
  const uint8_t* pixels = nullptr;
  int64_t width = 0, height = 0;

  explicit Source(const Image& image)
      : pixels(image.pixels.data()), width(image.width), height(image.height) {}
  int64_t column(int64_t x) const { return std::clamp<int64_t>(x, 0, width - 1) * 3; }
  int64_t row(int64_t y) const { return std::clamp<int64_t>(y, 0, height - 1) * width * 3; }
};

// Where a point falls between pixels: the first of the pixels around it and the way from it.
struct Between {
  int64_t first = 0;
  double way = 0;
};

inline Between between(double place) {
  place -= 0.5;
  const int64_t first = place < 0 ? -1 : static_cast<int32_t>(place);  // never below -0.5
  return {first, place - static_cast<double>(first)};
}

inline bool inside(const Source& source, double x, double y) {
  return x >= 0.0 && y >= 0.0 && x < static_cast<double>(source.width) &&
         y < static_cast<double>(source.height);
}

void nearest(const Source& source, std::span<const double> x, std::span<const double> y, uint8_t* out) {
  for (size_t i = 0; i < x.size(); ++i, out += 3) {
    if (!inside(source, x[i], y[i])) continue;
    const int64_t pixel = static_cast<int64_t>(y[i]) * source.width + static_cast<int64_t>(x[i]);
    std::copy_n(source.pixels + pixel * 3, 3, out);
  }
}

void bilinear(const Source& source, std::span<const double> x, std::span<const double> y, uint8_t* out) {
  for (size_t i = 0; i < x.size(); ++i, out += 3) {
    if (!inside(source, x[i], y[i])) continue;
    const Between across = between(x[i]), down = between(y[i]);
    const int64_t left = source.column(across.first), right = source.column(across.first + 1);
    const uint8_t* upper = source.pixels + source.row(down.first);
    const uint8_t* lower = source.pixels + source.row(down.first + 1);
    for (int64_t c = 0; c < 3; ++c) {
      const double first = upper[left + c] + (upper[right + c] - upper[left + c]) * across.way;
      const double second = lower[left + c] + (lower[right + c] - lower[left + c]) * across.way;
      out[c] = static_cast<uint8_t>(first + (second - first) * down.way);
    }
  }
}

double cubic(const double (&v)[4], double way) {
  const double p2 = -v[0] + v[2], p3 = 2 * (v[0] - v[1]) + v[2] - v[3], p4 = -v[0] + v[1] - v[2] + v[3];
  return v[1] + way * (p2 + way * (p3 + way * p4));
}

void bicubic(const Source& source, std::span<const double> x, std::span<const double> y, uint8_t* out) {
  for (size_t i = 0; i < x.size(); ++i, out += 3) {
    if (!inside(source, x[i], y[i])) continue;
    const Between across = between(x[i]), down = between(y[i]);
    for (int64_t c = 0; c < 3; ++c) {
      double lines[4];
      for (int64_t k = 0; k < 4; ++k) {
        const uint8_t* row = source.pixels + source.row(down.first - 1 + k) + c;
        double values[4];
        for (int64_t j = 0; j < 4; ++j) values[j] = row[source.column(across.first - 1 + j)];
        lines[k] = cubic(values, across.way);
      }
      out[c] = static_cast<uint8_t>(std::clamp(cubic(lines, down.way), 0.0, 255.0));
    }
  }
}

#if defined(__x86_64__)
// The same operations in the same order, on the three channels of a pixel at once. Not with fused
// multiply-add, which rounds otherwise.
#define ZOO_AVX2 __attribute__((target("avx2")))

ZOO_AVX2 inline __m256d load(const Source& source, int64_t offset) {
  int32_t bytes = 0;
  if (offset + 4 <= source.width * source.height * 3) {
    std::memcpy(&bytes, source.pixels + offset, 4);
  } else {  // the last pixel has no fourth byte
    std::memcpy(&bytes, source.pixels + offset, 3);
  }
  return _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(bytes)));
}

ZOO_AVX2 inline void store(__m256d value, uint8_t* out) {
  const __m128i whole = _mm256_cvttpd_epi32(value);
  const int32_t bytes = _mm_cvtsi128_si32(_mm_packus_epi16(_mm_packus_epi32(whole, whole), whole));
  std::memcpy(out, &bytes, 3);
}

ZOO_AVX2 inline __m256d between(__m256d from, __m256d to, __m256d way) {
  return _mm256_add_pd(from, _mm256_mul_pd(_mm256_sub_pd(to, from), way));
}

ZOO_AVX2 void bilinear_avx2(const Source& source, std::span<const double> x, std::span<const double> y,
                            uint8_t* out) {
  for (size_t i = 0; i < x.size(); ++i, out += 3) {
    if (!inside(source, x[i], y[i])) continue;
    const Between across = between(x[i]), down = between(y[i]);
    const int64_t left = source.column(across.first), right = source.column(across.first + 1);
    const int64_t upper = source.row(down.first), lower = source.row(down.first + 1);
    const __m256d way = _mm256_set1_pd(across.way);
    const __m256d first = between(load(source, upper + left), load(source, upper + right), way);
    const __m256d second = between(load(source, lower + left), load(source, lower + right), way);
    store(between(first, second, _mm256_set1_pd(down.way)), out);
  }
}

ZOO_AVX2 inline __m256d cubic(const __m256d (&v)[4], __m256d way) {
  const __m256d p2 = _mm256_sub_pd(v[2], v[0]);
  const __m256d twice = _mm256_mul_pd(_mm256_set1_pd(2), _mm256_sub_pd(v[0], v[1]));
  const __m256d p3 = _mm256_sub_pd(_mm256_add_pd(twice, v[2]), v[3]);
  const __m256d p4 = _mm256_add_pd(_mm256_sub_pd(_mm256_sub_pd(v[1], v[0]), v[2]), v[3]);
  const __m256d inner = _mm256_add_pd(p3, _mm256_mul_pd(way, p4));
  const __m256d middle = _mm256_add_pd(p2, _mm256_mul_pd(way, inner));
  return _mm256_add_pd(v[1], _mm256_mul_pd(way, middle));
}

ZOO_AVX2 void bicubic_avx2(const Source& source, std::span<const double> x, std::span<const double> y,
                           uint8_t* out) {
  for (size_t i = 0; i < x.size(); ++i, out += 3) {
    if (!inside(source, x[i], y[i])) continue;
    const Between across = between(x[i]), down = between(y[i]);
    const __m256d way = _mm256_set1_pd(across.way);
    int64_t columns[4];
    for (int64_t k = 0; k < 4; ++k) columns[k] = source.column(across.first - 1 + k);
    __m256d lines[4];
    for (int64_t k = 0; k < 4; ++k) {
      const int64_t row = source.row(down.first - 1 + k);
      const __m256d values[4]{load(source, row + columns[0]), load(source, row + columns[1]),
                              load(source, row + columns[2]), load(source, row + columns[3])};
      lines[k] = cubic(values, way);
    }
    const __m256d value = cubic(lines, _mm256_set1_pd(down.way));
    store(_mm256_min_pd(_mm256_max_pd(value, _mm256_setzero_pd()), _mm256_set1_pd(255)), out);
  }
}

bool has_avx2() {
  return __builtin_cpu_supports("avx2") != 0;
}
#endif

}  // namespace

void sample_row_plainly(const Image& image, Interpolation interpolation, std::span<const double> x,
                        std::span<const double> y, uint8_t* out) {
  const Source source(image);
  if (interpolation == Interpolation::bilinear) return bilinear(source, x, y, out);
  if (interpolation == Interpolation::bicubic) return bicubic(source, x, y, out);
  nearest(source, x, y, out);
}

void sample_row(const Image& image, Interpolation interpolation, std::span<const double> x,
                std::span<const double> y, uint8_t* out) {
#if defined(__x86_64__)
  static const bool fast = has_avx2();
  const Source source(image);
  if (fast && interpolation == Interpolation::bilinear) return bilinear_avx2(source, x, y, out);
  if (fast && interpolation == Interpolation::bicubic) return bicubic_avx2(source, x, y, out);
#endif
  sample_row_plainly(image, interpolation, x, y, out);
}

}  // namespace zoo
