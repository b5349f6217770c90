#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "transforms/augment/clones.h"
#include "transforms/augment/filters.h"
#include "transforms/augment/torch_sum.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

std::vector<float> kernel_1d(int64_t size, double sigma) {
  std::vector<float> weights(static_cast<size_t>(size));
  const double half = static_cast<double>(size - 1) * 0.5;
  for (int64_t i = 0; i < size; ++i) {
    const float x = static_cast<float>(static_cast<double>(i) - half) / static_cast<float>(sigma);
    weights[static_cast<size_t>(i)] = static_cast<float>(std::exp(static_cast<double>(-0.5F * (x * x))));
  }
  const float sum = torch_sum(weights);
  for (float& weight : weights) weight /= sum;
  return weights;
}

int64_t reflected(int64_t i, int64_t size) {
  return i < 0 ? -i : i >= size ? 2 * size - 2 - i : i;
}

// The picture with its reflected border, as single-precision numbers.
std::vector<float> bordered(const Image& image, int64_t x_margin, int64_t y_margin) {
  const int64_t width = image.width + 2 * x_margin, height = image.height + 2 * y_margin;
  std::vector<float> numbers(static_cast<size_t>(width * height * 3));
  float* to = numbers.data();
  for (int64_t y = 0; y < height; ++y) {
    const uint8_t* from = image.row(reflected(y - y_margin, image.height));
    for (int64_t x = 0; x < width; ++x) {
      const uint8_t* pixel = from + reflected(x - x_margin, image.width) * 3;
      for (int c = 0; c < 3; ++c) *to++ = static_cast<float>(pixel[c]);
    }
  }
  return numbers;
}

ZOO_FUSED_CLONES void convolve_row(const float* from, int64_t stride, const std::vector<float>& across,
                                   const std::vector<float>& down, float* sums, int64_t count) {
  std::fill_n(sums, count, 0.0F);
  // Counted, as clang 19 forgets to emit iterators that only clones use.
  for (size_t j = 0; j < down.size(); ++j, from += stride) {
    for (size_t k = 0; k < across.size(); ++k) {
      const float weight = down[j] * across[k];
      const float* line = from + k * 3;
      for (int64_t i = 0; i < count; ++i) sums[i] = __builtin_fmaf(line[i], weight, sums[i]);
    }
  }
}

}  // namespace

void gaussian_blur_torchvision(Image& image, const GaussianKernel& kernel) {
  const int64_t x_margin = kernel.width / 2, y_margin = kernel.height / 2;
  if (x_margin >= image.width || y_margin >= image.height) {
    throw Error(ErrorCode::mismatch, {},
                "a blur of " + std::to_string(kernel.width) + " x " + std::to_string(kernel.height) +
                    " pixels needs a larger picture than " + std::to_string(image.width) + " x " +
                    std::to_string(image.height),
                "Use a smaller kernel, or resize first.");
  }
  const std::vector<float> across = kernel_1d(kernel.width, kernel.sigma),
                           down = kernel_1d(kernel.height, kernel.sigma);
  const std::vector<float> numbers = bordered(image, x_margin, y_margin);
  const int64_t stride = (image.width + 2 * x_margin) * 3, count = image.width * 3;
  std::vector<float> sums(static_cast<size_t>(count));
  for (int64_t y = 0; y < image.height; ++y) {
    convolve_row(numbers.data() + y * stride, stride, across, down, sums.data(), count);
    uint8_t* to = image.row(y);
    for (int64_t i = 0; i < count; ++i) {
      to[i] = static_cast<uint8_t>(std::nearbyint(sums[static_cast<size_t>(i)]));
    }
  }
}

}  // namespace zoo
