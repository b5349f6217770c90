#include "transforms/augment/tensor_colour.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "transforms/augment/blend.h"
#include "transforms/augment/clones.h"
#include "transforms/augment/tables.h"
#include "transforms/augment/torch_sum.h"

namespace zoo::tensor {
namespace {

inline uint8_t cut(float value) {
  return static_cast<uint8_t>(value <= 0.0F ? 0.0F : value >= 255.0F ? 255.0F : value);
}

// torchvision's _blend of a value with what the factor 0 would make of it.
struct Blend {
  float factor, rest;

  explicit Blend(double of) : factor(static_cast<float>(of)), rest(static_cast<float>(1.0 - of)) {}
  uint8_t operator()(uint8_t value, float other) const {
    return cut(factor * static_cast<float>(value) + rest * other);
  }
};

ZOO_WIDER_CLONES void blend_with(uint8_t* values, int64_t count, const Blend& blend, float other) {
  const Blend own = blend;
  for (int64_t i = 0; i < count; ++i) values[i] = own(values[i], other);
}

// Which may round down.
ZOO_WIDER_CLONES void blend_with_itself(uint8_t* values, int64_t count, const Blend& blend) {
  const Blend own = blend;
  for (int64_t i = 0; i < count; ++i) values[i] = own(values[i], values[i]);
}

// rgb_to_grayscale: a whole number.
inline float grey(const uint8_t* pixel) {
  constexpr auto kRed = static_cast<float>(0.2989), kGreen = static_cast<float>(0.587),
                 kBlue = static_cast<float>(0.114);
  const float sum = kRed * static_cast<float>(pixel[0]) + kGreen * static_cast<float>(pixel[1]) +
                    kBlue * static_cast<float>(pixel[2]);
  return static_cast<float>(static_cast<int32_t>(sum));
}

ZOO_WIDER_CLONES void make_grey(const uint8_t* pixels, int64_t count, float* greys) {
  for (int64_t i = 0; i < count; ++i) greys[i] = grey(pixels + i * 3);
}

ZOO_WIDER_CLONES void blend_with_grey(uint8_t* pixels, int64_t count, const Blend& blend) {
  const Blend own = blend;
  for (int64_t i = 0; i < count; ++i, pixels += 3) {
    const float other = grey(pixels);
    for (int c = 0; c < 3; ++c) pixels[c] = own(pixels[c], other);
  }
}

ZOO_WIDER_CLONES void sharpen_row(const uint8_t* above, const uint8_t* here, const uint8_t* below,
                                  int64_t count, const Blend& blend, uint8_t* out) {
  const Blend own = blend;
  for (int64_t i = 0; i < count; ++i) out[i] = own(here[i], smoothed(above + i, here + i, below + i));
}

// The values of a channel from its lowest to its highest, stretched to 0 .. 255.
ByteTable stretching(const Histogram& counts) {
  const auto used = [](int64_t n) { return n > 0; };
  const auto low = static_cast<float>(std::ranges::find_if(counts, used) - counts.begin());
  const auto high =
      255 - static_cast<float>(std::find_if(counts.rbegin(), counts.rend(), used) - counts.rbegin());
  const bool is_flat = low == high;
  const float least = is_flat ? 0 : low, scale = is_flat ? 1 : 1 / (high - low) * 255;
  ByteTable table{};
  for (size_t value = 0; value < table.size(); ++value) {
    table[value] = cut((static_cast<float>(value) - least) * scale);
  }
  return table;
}

}  // namespace

void adjust_brightness(Image& image, double factor) {
  blend_with(image.pixels.data(), std::ssize(image.pixels), Blend(factor), 0);
}

void adjust_contrast(Image& image, double factor) {
  std::vector<float> greys(static_cast<size_t>(image.width * image.height));
  make_grey(image.pixels.data(), std::ssize(greys), greys.data());
  const float mean = torch_sum(greys) / static_cast<float>(greys.size());
  blend_with(image.pixels.data(), std::ssize(image.pixels), Blend(factor), mean);
}

void adjust_saturation(Image& image, double factor) {
  blend_with_grey(image.pixels.data(), image.width * image.height, Blend(factor));
}

void adjust_sharpness(Image& image, double factor) {
  if (image.width < 3 || image.height < 3) return;
  const Blend blend(factor);
  const Image before = image;
  const int64_t row_bytes = image.width * 3, last = image.height - 1;
  blend_with_itself(image.row(0), row_bytes, blend);
  blend_with_itself(image.row(last), row_bytes, blend);
  for (int64_t y = 1; y < last; ++y) {
    blend_with_itself(image.row(y), 3, blend);
    blend_with_itself(image.row(y) + row_bytes - 3, 3, blend);
    sharpen_row(before.row(y - 1) + 3, before.row(y) + 3, before.row(y + 1) + 3, row_bytes - 6, blend,
                image.row(y) + 3);
  }
}

void autocontrast(Image& image) {
  const std::array<Histogram, 3> counts = histograms(image);
  apply_tables(image, {stretching(counts[0]), stretching(counts[1]), stretching(counts[2])});
}

}  // namespace zoo::tensor
