#include "transforms/augment.h"

#include <algorithm>
#include <cmath>

namespace zoo {
namespace {

// Python's round(): half to even, the default rounding mode.
int64_t round_half_even(double value) {
  return static_cast<int64_t>(std::nearbyint(value));
}

// torchvision takes the logarithm of a single-precision tensor.
double log_ratio(double ratio) {
  return std::log(static_cast<float>(ratio));
}

CropRect central_fallback(int64_t width, int64_t height, const RandomResizedCropOptions& options) {
  const double ratio = static_cast<double>(width) / static_cast<double>(height);
  CropRect rect{0, 0, width, height};
  if (ratio < options.min_ratio) {
    rect.height = round_half_even(static_cast<double>(width) / options.min_ratio);
  } else if (ratio > options.max_ratio) {
    rect.width = round_half_even(static_cast<double>(height) * options.max_ratio);
  }
  rect.width = std::clamp<int64_t>(rect.width, 1, width);
  rect.height = std::clamp<int64_t>(rect.height, 1, height);
  rect.left = (width - rect.width) / 2;
  rect.top = (height - rect.height) / 2;
  return rect;
}

}  // namespace

CropRect draw_resized_crop(int64_t width, int64_t height, const RandomResizedCropOptions& options,
                           RandomStream& random) {
  const auto area = static_cast<double>(width * height);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double target_area = area * random.uniform(options.min_scale, options.max_scale);
    const double ratio = std::exp(random.uniform(log_ratio(options.min_ratio), log_ratio(options.max_ratio)));
    const int64_t crop_width = round_half_even(std::sqrt(target_area * ratio));
    const int64_t crop_height = round_half_even(std::sqrt(target_area / ratio));
    if (crop_width > 0 && crop_width <= width && crop_height > 0 && crop_height <= height) {
      const int64_t top = random.below(height - crop_height + 1);
      const int64_t left = random.below(width - crop_width + 1);
      return {left, top, crop_width, crop_height};
    }
  }
  return central_fallback(width, height, options);
}

Image resized_crop(const Image& image, const CropRect& rect, const RandomResizedCropOptions& options) {
  const Image part = crop(image, rect);
  return options.backend == Backend::pillow
             ? resize_pillow(part, options.size_px, options.size_px, options.interpolation)
             : resize_opencv(part, options.size_px, options.size_px, options.interpolation);
}

Image flip_horizontal(const Image& image) {
  Image flipped = make_image(image.width, image.height, image.channels);
  for (int64_t y = 0; y < image.height; ++y) {
    const uint8_t* from = image.row(y) + (image.width - 1) * image.channels;
    uint8_t* to = flipped.row(y);
    for (int64_t x = 0; x < image.width; ++x, from -= image.channels, to += image.channels) {
      std::copy_n(from, image.channels, to);
    }
  }
  return flipped;
}

}  // namespace zoo
