#include "transforms/resize/resample_kernel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace zoo {
namespace {

double box(double x) {
  return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
}

double bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double hamming(double x) {
  x = std::abs(x);
  if (x == 0.0) return 1.0;
  if (x >= 1.0) return 0.0;
  x *= std::numbers::pi;
  return std::sin(x) / x * (0.54F + 0.46F * std::cos(x));  // single-precision constants, as in Pillow
}

double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos(double x) {
  return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0;
}

struct Filter {
  double (*weight)(double) = nullptr;
  double support = 0;  // pixels on each side, at ratio 1
};

Filter filter_of(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::box:
      return {box, 0.5};
    case Interpolation::hamming:
      return {hamming, 1.0};
    case Interpolation::bicubic:
      return {bicubic, 2.0};
    case Interpolation::lanczos:
      return {lanczos, 3.0};
    case Interpolation::bilinear:
    case Interpolation::nearest:
    case Interpolation::area:
      break;
  }
  return {bilinear, 1.0};
}

int32_t fixed_point(double weight) {
  weight *= 1 << kWeightBits;
  return static_cast<int32_t>(weight + (weight < 0 ? -0.5 : 0.5));
}

int32_t low_half(int32_t weight) {
  return static_cast<int16_t>(weight & 0xFFFF);
}

int32_t two_halves(int32_t first, int32_t second) {
  return static_cast<int32_t>((static_cast<uint32_t>(second) << 16) |
                              (static_cast<uint32_t>(first) & 0xFFFF));
}

}  // namespace

int64_t ResampleKernel::first_source() const {
  return start.front();
}

int64_t ResampleKernel::last_source() const {
  return start.back() + count.back();
}

ResampleKernel make_resample_kernel(const ResampleAxis& axis, Interpolation interpolation) {
  const Filter filter = filter_of(interpolation);
  const double scale = static_cast<double>(axis.to - axis.from) / static_cast<double>(axis.target);
  const double filter_scale = std::max(scale, 1.0);
  const double support = filter.support * filter_scale;
  ResampleKernel kernel;
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
      const double weight =
          filter.weight((static_cast<double>(k + start) - center + 0.5) * (1.0 / filter_scale));
      exact[static_cast<size_t>(k)] = weight;
      sum += weight;
    }
    for (int64_t k = 0; k < end - start; ++k) {
      const double weight = exact[static_cast<size_t>(k)];
      kernel.weights[static_cast<size_t>(i * kernel.taps + k)] =
          fixed_point(sum != 0 ? weight / sum : weight);
    }
    kernel.start[static_cast<size_t>(i)] = start;
    kernel.count[static_cast<size_t>(i)] = end - start;
  }
  return kernel;
}

// Pillow adds up the steps, so the sum is formed in the same order here.
std::vector<int64_t> nearest_sources(const ResampleAxis& axis) {
  const double step = static_cast<double>(axis.to - axis.from) / static_cast<double>(axis.target);
  std::vector<int64_t> sources;
  sources.reserve(static_cast<size_t>(axis.count));
  double position = axis.from + step * 0.5;
  for (int64_t i = 0; i < axis.first + axis.count; ++i, position += step) {
    const auto source = static_cast<int64_t>(position);
    if (i >= axis.first) sources.push_back(source < axis.source ? source : -1);
  }
  return sources;
}

WeightPair pair_weights(int32_t first, int32_t second) {
  const int32_t low_first = low_half(first), low_second = low_half(second);
  return {two_halves((first - low_first) >> 16, (second - low_second) >> 16),
          two_halves(low_first, low_second)};
}

}  // namespace zoo
