#include "transforms/pillow_resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

#include "transforms/resize.h"

// The loops below are written for the compiler's vectoriser, which needs to know the instruction set: glibc
// picks the best clone once. Address sanitizers cannot start before such a choice.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
#define ZOO_SIMD_CLONES __attribute__((target_clones("arch=x86-64-v4", "avx2", "sse4.1", "default")))
#else
#define ZOO_SIMD_CLONES
#endif

namespace zoo {
namespace {

constexpr int kPrecisionBits = 32 - 8 - 2;
constexpr int32_t kHalf = 1 << (kPrecisionBits - 1);

uint8_t clip(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
}

double bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

// For each wanted pixel of one axis: `count[i]` source pixels from `start[i]` on, weighted by weights + i *
// taps.
struct Kernel {
  int64_t taps = 0;
  std::vector<int64_t> start, count;
  std::vector<int32_t> weights;

  int64_t first_source() const { return start.front(); }
  int64_t last_source() const { return start.back() + count.back(); }
};

Kernel make_kernel(const ResampleAxis& axis, Interpolation interpolation) {
  const auto filter = interpolation == Interpolation::bicubic ? bicubic : bilinear;
  const double scale = static_cast<double>(axis.to - axis.from) / static_cast<double>(axis.target);
  const double filter_scale = std::max(scale, 1.0);
  const double support = (interpolation == Interpolation::bicubic ? 2.0 : 1.0) * filter_scale;
  Kernel kernel;
  kernel.taps = static_cast<int64_t>(std::ceil(support)) * 2 + 1;
  kernel.start.resize(static_cast<size_t>(axis.count));
  kernel.count.resize(static_cast<size_t>(axis.count));
  kernel.weights.resize(static_cast<size_t>(axis.count * kernel.taps));
  std::vector<double> exact(static_cast<size_t>(kernel.taps));
  for (int64_t i = 0; i < axis.count; ++i) {
    const double center = axis.from + (static_cast<double>(axis.first + i) + 0.5) * scale;
    const double lowest = center - support + 0.5,
                 highest = center + support + 0.5;  // Pillow cuts off what follows
    const int64_t start = std::max<int64_t>(static_cast<int64_t>(lowest), 0);
    const int64_t end = std::min<int64_t>(static_cast<int64_t>(highest), axis.source);
    double sum = 0;
    for (int64_t k = 0; k < end - start; ++k) {
      const double weight = filter((static_cast<double>(k + start) - center + 0.5) * (1.0 / filter_scale));
      exact[static_cast<size_t>(k)] = weight;
      sum += weight;
    }
    for (int64_t k = 0; k < end - start; ++k) {
      const double weight = exact[static_cast<size_t>(k)] / (sum != 0 ? sum : 1) * (1 << kPrecisionBits);
      kernel.weights[static_cast<size_t>(i * kernel.taps + k)] =
          static_cast<int32_t>(weight + (weight < 0 ? -0.5 : 0.5));
    }
    kernel.start[static_cast<size_t>(i)] = start;
    kernel.count[static_cast<size_t>(i)] = end - start;
  }
  return kernel;
}

// One row of red-green-blue pixels, of which `from` is number 0; reads one byte behind the last pixel.
ZOO_SIMD_CLONES
void resample_row_rgb(const uint8_t* from, uint8_t* to, const Kernel& kernel) {
  const auto width = static_cast<int64_t>(kernel.start.size());
  for (int64_t x = 0; x < width; ++x) {
    const uint8_t* pixel = from + kernel.start[static_cast<size_t>(x)] * 3;
    const int32_t* weight = kernel.weights.data() + x * kernel.taps;
    int32_t sum[4] = {kHalf, kHalf, kHalf, kHalf};
    for (int64_t k = kernel.count[static_cast<size_t>(x)]; k > 0; --k, pixel += 3, ++weight) {
      uint8_t lanes[4];
      std::memcpy(lanes, pixel, 4);
      for (int c = 0; c < 4; ++c) sum[c] += lanes[c] * *weight;
    }
    for (int c = 0; c < 3; ++c) to[x * 3 + c] = clip(sum[c]);
  }
}

void resample_row(const uint8_t* from, uint8_t* to, int64_t channels, const Kernel& kernel) {
  const auto width = static_cast<int64_t>(kernel.start.size());
  for (int64_t x = 0; x < width; ++x) {
    const int32_t* weight = kernel.weights.data() + x * kernel.taps;
    for (int64_t c = 0; c < channels; ++c) {
      int32_t sum = kHalf;
      for (int64_t k = 0; k < kernel.count[static_cast<size_t>(x)]; ++k) {
        sum += from[(kernel.start[static_cast<size_t>(x)] + k) * channels + c] * weight[k];
      }
      to[x * channels + c] = clip(sum);
    }
  }
}

// `count` rows of `bytes` bytes, `stride` bytes apart, become one.
ZOO_SIMD_CLONES
void resample_column(const uint8_t* from, int64_t stride, uint8_t* to, int64_t bytes, const int32_t* weight,
                     int64_t count) {
  constexpr int64_t kBlock = 64;
  for (int64_t begin = 0; begin < bytes; begin += kBlock) {
    const int64_t length = std::min(kBlock, bytes - begin);
    int32_t sum[kBlock];
    std::fill_n(sum, kBlock, kHalf);
    for (int64_t k = 0; k < count; ++k) {
      const uint8_t* source = from + k * stride + begin;
      if (length == kBlock) {
        for (int64_t i = 0; i < kBlock; ++i) sum[i] += source[i] * weight[k];
      } else {
        for (int64_t i = 0; i < length; ++i) sum[i] += source[i] * weight[k];
      }
    }
    for (int64_t i = 0; i < length; ++i) to[begin + i] = clip(sum[i]);
  }
}

// A part of a larger picture: the pixel (0, 0) of `image` is (left, top) there.
struct Piece {
  const Image& image;
  int64_t left = 0, top = 0;
};

// Rows [first, last) of the larger picture.
Image horizontal(const Piece& piece, const Kernel& kernel, int64_t first, int64_t last) {
  const Image& image = piece.image;
  Image result = make_image(static_cast<int64_t>(kernel.start.size()), last - first, image.channels);
  std::vector<uint8_t> padded;
  for (int64_t y = first; y < last; ++y) {
    const uint8_t* from = image.row(y - piece.top);
    uint8_t* to = result.row(y - first);
    if (image.channels == 3 &&
        y - piece.top == image.height - 1) {  // nothing may be read behind the last byte
      padded.assign(from, from + image.width * 3);
      padded.push_back(0);
      from = padded.data();
    }
    from -= piece.left * image.channels;
    image.channels == 3 ? resample_row_rgb(from, to, kernel) : resample_row(from, to, image.channels, kernel);
  }
  return result;
}

// Columns [first, last) of the larger picture.
Image vertical(const Piece& piece, const Kernel& kernel, int64_t first, int64_t last) {
  const Image& image = piece.image;
  Image result = make_image(last - first, static_cast<int64_t>(kernel.start.size()), image.channels);
  for (int64_t y = 0; y < result.height; ++y) {
    const uint8_t* from =
        image.row(kernel.start[static_cast<size_t>(y)] - piece.top) + (first - piece.left) * image.channels;
    resample_column(from, image.width * image.channels, result.row(y), result.width * image.channels,
                    kernel.weights.data() + y * kernel.taps, kernel.count[static_cast<size_t>(y)]);
  }
  return result;
}

// Source pixel of each wanted one, or -1. Pillow adds up the steps, so the sum is formed in the same order
// here.
std::vector<int64_t> nearest_sources(const ResampleAxis& axis) {
  const double step = static_cast<double>(axis.to - axis.from) / static_cast<double>(axis.target);
  std::vector<int64_t> sources;
  double position = axis.from + step * 0.5;
  for (int64_t i = 0; i < axis.first + axis.count; ++i, position += step) {
    const auto source = static_cast<int64_t>(position);
    if (i >= axis.first) sources.push_back(source < axis.source ? source : -1);
  }
  return sources;
}

Image resample_nearest(const Image& image, const ResampleAxis& x, const ResampleAxis& y) {
  const std::vector<int64_t> columns = nearest_sources(x), rows = nearest_sources(y);
  Image result = make_image(x.count, y.count, image.channels);
  for (int64_t row = 0; row < y.count; ++row) {
    if (rows[static_cast<size_t>(row)] < 0) continue;
    const uint8_t* from = image.row(rows[static_cast<size_t>(row)]);
    uint8_t* to = result.row(row);
    for (const int64_t column : columns) {
      if (column >= 0) std::copy_n(from + column * image.channels, image.channels, to);
      to += image.channels;
    }
  }
  return result;
}

// Pillow skips the pass of an axis that stays as it is.
std::optional<Kernel> make_kernel_if_needed(const ResampleAxis& axis, Interpolation interpolation) {
  const bool same =
      axis.target == axis.source && axis.from == 0 && axis.to == static_cast<float>(axis.target);
  return same ? std::nullopt : std::optional(make_kernel(axis, interpolation));
}

// Note [which pass comes first]. Each pass rounds to 8 bits, so the order shows in the result. Up to 12.x
// Pillow always began with the horizontal one; 13 begins with the vertical one where that shrinks the
// picture much more, by this rule on the sizes of the whole picture (found by experiment, 5472 random sizes
// and boxes without an exception).
bool vertical_first(const ResampleAxis& x, const ResampleAxis& y) {
  return y.target < y.source && y.source - y.target > 2 * (x.source - x.target);
}

}  // namespace

Image pillow_resample(const Image& image, const ResampleAxis& x, const ResampleAxis& y,
                      Interpolation interpolation) {
  if (interpolation == Interpolation::nearest) return resample_nearest(image, x, y);
  const std::optional<Kernel> columns = make_kernel_if_needed(x, interpolation);
  const std::optional<Kernel> rows = make_kernel_if_needed(y, interpolation);
  const int64_t left = columns ? columns->first_source() : x.first;
  const int64_t right = columns ? columns->last_source() : x.first + x.count;
  const int64_t top = rows ? rows->first_source() : y.first;
  const int64_t bottom = rows ? rows->last_source() : y.first + y.count;
  if (!columns && !rows) return crop(image, {left, top, right - left, bottom - top});
  if (!columns) return vertical({image}, *rows, left, right);
  if (!rows) return horizontal({image}, *columns, top, bottom);
  if (vertical_first(x, y)) {
    const Image lowered = vertical({image}, *rows, left, right);
    return horizontal({lowered, left, 0}, *columns, 0, y.count);
  }
  const Image narrowed = horizontal({image}, *columns, top, bottom);
  return vertical({narrowed, 0, top}, *rows, 0, x.count);
}

}  // namespace zoo
