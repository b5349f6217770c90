#include "transforms/augment/tensor_geometry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "transforms/augment/clones.h"

namespace zoo::tensor {
namespace {

inline float fused(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}

// One coordinate of the input, in pixels, for each pixel of a row that is y below the middle. `of_axis` leads
// from pixels, counted from the middle, to -1 .. 1 across the picture.
ZOO_FUSED_CLONES void place_row(const std::array<float, 3>& of_axis, float y, float half_size, int64_t count,
                                float* places) {
  const auto [by_x, by_y, shift] = of_axis;
  const float left = static_cast<float>(count - 1) * -0.5F;
  for (int32_t i = 0; i < static_cast<int32_t>(count); ++i) {
    const float place = (left + static_cast<float>(i)) * by_x + y * by_y + shift;
    places[i] = fused(place + 1.0F, half_size, -0.5F);
  }
}

// The places in the input of the pixels of a row.
class Places {
 public:
  std::vector<float> x, y;

  Places(const AffineMatrix& m, const Image& image)
      : x(static_cast<size_t>(image.width)),
        y(x.size()),
        half_width_(static_cast<float>(image.width) * 0.5F),
        half_height_(static_cast<float>(image.height) * 0.5F) {
    for (size_t i = 0; i < 3; ++i) {
      of_x_[i] = static_cast<float>(m[i]) / half_width_;
      of_y_[i] = static_cast<float>(m[i + 3]) / half_height_;
    }
  }
  void go_to(int64_t row) {
    const float below = static_cast<float>(row) - (half_height_ - 0.5F);
    place_row(of_x_, below, half_width_, std::ssize(x), x.data());
    place_row(of_y_, below, half_height_, std::ssize(y), y.data());
  }

 private:
  std::array<float, 3> of_x_{}, of_y_{};
  float half_width_, half_height_;
};

// The number of the nearest pixel; where it is outside, of the one behind the last.
ZOO_FUSED_CLONES void find_nearest(const Places& places, int32_t width, int32_t height, int32_t* pixels) {
  const float *x = places.x.data(), *y = places.y.data();
  const auto right = static_cast<float>(width), bottom = static_cast<float>(height);
  for (int32_t i = 0; i < width; ++i) {
    const auto column = static_cast<int32_t>(std::nearbyint(std::min(std::max(x[i], -1.0F), right)));
    const auto row = static_cast<int32_t>(std::nearbyint(std::min(std::max(y[i], -1.0F), bottom)));
    const bool inside = column >= 0 && column < width && row >= 0 && row < height;
    pixels[i] = inside ? row * width + column : width * height;
  }
}

void transform_nearest(Image& image, Places& places, const Colour& fill) {
  std::vector<uint8_t> pixels(image.pixels.size() + fill.size());
  std::ranges::copy(fill, std::ranges::copy(image.pixels, pixels.begin()).out);
  std::vector<int32_t> nearest(static_cast<size_t>(image.width));
  uint8_t* out = image.pixels.data();
  for (int64_t row = 0; row < image.height; ++row) {
    places.go_to(row);
    find_nearest(places, static_cast<int32_t>(image.width), static_cast<int32_t>(image.height),
                 nearest.data());
    for (const int64_t pixel : nearest) {
      std::memcpy(out, &pixels[static_cast<size_t>(pixel * 3)], 3);
      out += 3;
    }
  }
}

ZOO_FUSED_CLONES void find_neighbours(const float* places, int64_t count, int32_t size, int32_t* first,
                                      int32_t* second, float* first_share, float* second_share) {
  const auto end = static_cast<float>(size + 1);
  for (int64_t i = 0; i < count; ++i) {
    const float place = std::min(std::max(places[i], -2.0F), end);
    auto before = static_cast<int32_t>(place);
    before -= static_cast<float>(before) > place ? 1 : 0;
    const float way = place - static_cast<float>(before);
    first_share[i] = before >= 0 && before < size ? 1.0F - way : 0.0F;
    second_share[i] = before >= -1 && before + 1 < size ? way : 0.0F;
    first[i] = std::clamp(before, 0, size - 1);
    second[i] = std::clamp(before + 1, 0, size - 1);
  }
}

// What is interpolated between, on one axis: the two pixels around each place, kept inside the picture, and
// the share of each, which is nothing where it was outside.
struct Neighbours {
  std::vector<int32_t> first, second;
  std::vector<float> first_share, second_share;

  explicit Neighbours(int64_t count)
      : first(static_cast<size_t>(count)),
        second(first),
        first_share(first.size()),
        second_share(first.size()) {}
  void find(const std::vector<float>& places, int64_t size) {
    find_neighbours(places.data(), std::ssize(places), static_cast<int32_t>(size), first.data(),
                    second.data(), first_share.data(), second_share.data());
  }
};

// Red, green, blue and a one: interpolated, it says how much of the place is inside.
constexpr int64_t kLanes = 4;
using Pixel = std::array<float, kLanes>;

ZOO_WIDER_CLONES void widen(const uint8_t* bytes, int64_t count, Pixel* pixels) {
  for (int64_t i = 0; i < count; ++i, bytes += 3) {
    pixels[i] = {static_cast<float>(bytes[0]), static_cast<float>(bytes[1]), static_cast<float>(bytes[2]), 1};
  }
}

ZOO_FUSED_CLONES void interpolate_row(const Pixel* pixels, int64_t width, const Neighbours& x,
                                      const Neighbours& y, Pixel* out) {
  for (int64_t i = 0; i < width; ++i) {
    const Pixel *top = pixels + y.first.data()[i] * width, *bottom = pixels + y.second.data()[i] * width;
    const int64_t left = x.first.data()[i], right = x.second.data()[i];
    const float of_top = y.first_share.data()[i], of_bottom = y.second_share.data()[i];
    const float of_left = x.first_share.data()[i], of_right = x.second_share.data()[i];
    const Pixel nw = top[left], ne = top[right], sw = bottom[left], se = bottom[right];
    const float of_nw = of_top * of_left, of_ne = of_top * of_right;
    const float of_sw = of_bottom * of_left, of_se = of_bottom * of_right;
    Pixel sum;
    for (size_t c = 0; c < kLanes; ++c) sum[c] = nw[c] * of_nw;
    for (size_t c = 0; c < kLanes; ++c) sum[c] = fused(ne[c], of_ne, sum[c]);
    for (size_t c = 0; c < kLanes; ++c) sum[c] = fused(sw[c], of_sw, sum[c]);
    for (size_t c = 0; c < kLanes; ++c) sum[c] = fused(se[c], of_se, sum[c]);
    out[i] = sum;
  }
}

ZOO_WIDER_CLONES void fill_row(const Pixel& fill, int64_t width, Pixel* row) {
  const Pixel around = fill;
  for (int64_t i = 0; i < width; ++i) {
    const float inside = row[i][3];
    for (size_t c = 0; c < kLanes; ++c) row[i][c] = row[i][c] * inside + (1.0F - inside) * around[c];
  }
}

ZOO_FUSED_CLONES void round_row(const Pixel* row, int64_t width, uint8_t* bytes, uint8_t* out) {
  const float* values = row->data();
  for (int64_t i = 0; i < width * kLanes; ++i) {
    bytes[i] = static_cast<uint8_t>(static_cast<int32_t>(std::nearbyint(values[i])));
  }
  for (int64_t i = 0; i < width; ++i) std::memcpy(out + i * 3, bytes + i * kLanes, 3);
}

void transform_bilinear(Image& image, Places& places, const std::optional<Colour>& fill) {
  std::vector<Pixel> pixels(static_cast<size_t>(image.width * image.height));
  widen(image.pixels.data(), std::ssize(pixels), pixels.data());
  Pixel around{};
  if (fill) widen(fill->data(), 1, &around);
  Neighbours across(image.width), down(image.width);
  std::vector<Pixel> values(static_cast<size_t>(image.width));
  std::vector<uint8_t> bytes(values.size() * kLanes);
  for (int64_t row = 0; row < image.height; ++row) {
    places.go_to(row);
    across.find(places.x, image.width);
    down.find(places.y, image.height);
    interpolate_row(pixels.data(), image.width, across, down, values.data());
    if (fill) fill_row(around, image.width, values.data());
    round_row(values.data(), image.width, bytes.data(), image.row(row));
  }
}

void transform(Image& image, const AffineMatrix& matrix, const GridSampling& sampling) {
  Places places(matrix, image);
  if (sampling.interpolation == Interpolation::nearest) {
    transform_nearest(image, places, sampling.fill.value_or(Colour{}));
  } else {
    transform_bilinear(image, places, sampling.fill);
  }
}

}  // namespace

void affine(Image& image, const AffineOptions& options, const GridSampling& sampling) {
  const PointXY middle{static_cast<double>(image.width) * 0.5, static_cast<double>(image.height) * 0.5};
  const PointXY center = options.center.value_or(middle);
  transform(image, inverse_affine(options, {center[0] - middle[0], center[1] - middle[1]}), sampling);
}

void rotate(Image& image, double degrees, const GridSampling& sampling) {
  transform(image, inverse_affine({.degrees = -degrees}, {0, 0}), sampling);
}

}  // namespace zoo::tensor
