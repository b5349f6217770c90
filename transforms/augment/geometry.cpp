#include "transforms/augment/geometry.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <utility>
#include <vector>

#include "transforms/augment/run_step.h"
#include "transforms/augment/sample.h"

namespace zoo {
namespace {

Image filled(Size size, const Colour& fill) {
  Image image = make_image(size.width, size.height);
  if (fill == Colour{}) return image;
  if (fill[0] == fill[1] && fill[1] == fill[2]) {
    std::ranges::fill(image.pixels, fill[0]);
  } else {
    for (size_t i = 0; i < image.pixels.size(); i += 3) std::copy_n(fill.begin(), 3, &image.pixels[i]);
  }
  return image;
}

// Pillow's index of a coordinate; -1 where it is left of the picture.
int64_t index_of(double value) {
  return value < 0.0 ? -1 : static_cast<int64_t>(std::min(value, 1e9));
}

// place(x, y) is the input of an output pixel.
template <typename Place>
void resample(const Image& image, Image& out, Interpolation interpolation, Place place) {
  std::vector<double> x(static_cast<size_t>(out.width)), y(x.size());
  for (int64_t row = 0; row < out.height; ++row) {
    for (int64_t column = 0; column < out.width; ++column) {
      const auto [from_x, from_y] = place(column, row);
      x[static_cast<size_t>(column)] = from_x;
      y[static_cast<size_t>(column)] = from_y;
    }
    sample_row(image, interpolation, x, y, out.row(row));
  }
}

// Nearest neighbours without rotation: Pillow steps along each axis by repeated addition.
void scale_nearest(const Image& image, Image& out, const AffineMatrix& m) {
  const auto places = [](int64_t count, double first, double step, int64_t size) {
    std::vector<int64_t> source(static_cast<size_t>(count), -1);
    for (int64_t& index : source) {
      const int64_t at = index_of(first);
      if (at >= 0 && at < size) index = at;
      first += step;
    }
    return source;
  };
  const std::vector<int64_t> columns = places(out.width, m[2] + m[0] * 0.5, m[0], image.width);
  const std::vector<int64_t> rows = places(out.height, m[5] + m[4] * 0.5, m[4], image.height);
  for (int64_t y = 0; y < out.height; ++y) {
    if (rows[static_cast<size_t>(y)] < 0) continue;
    const uint8_t* from = image.row(rows[static_cast<size_t>(y)]);
    uint8_t* to = out.row(y);
    for (int64_t x = 0; x < out.width; ++x, to += 3) {
      const int64_t column = columns[static_cast<size_t>(x)];
      if (column >= 0) std::copy_n(from + column * 3, 3, to);
    }
  }
}

int32_t fixed(double value) {
  return static_cast<int32_t>(static_cast<int64_t>(std::floor(value * 65536.0 + 0.5)));
}

int32_t plus(int32_t a, int32_t b) {  // wraps around, as it does in Pillow's builds
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

bool fits_fixed(const AffineMatrix& m, double x, double y) {
  return std::abs(x * m[0] + y * m[1] + m[2]) < 32768.0 && std::abs(x * m[3] + y * m[4] + m[5]) < 32768.0;
}

// Nearest neighbours in 16.16 fixed point.
void affine_fixed(const Image& image, Image& out, const AffineMatrix& m) {
  const int32_t step_x = fixed(m[0]), step_y = fixed(m[3]);
  int32_t row_x = fixed(m[2] + m[0] * 0.5 + m[1] * 0.5), row_y = fixed(m[5] + m[3] * 0.5 + m[4] * 0.5);
  for (int64_t y = 0; y < out.height; ++y) {
    uint8_t* to = out.row(y);
    int32_t at_x = row_x, at_y = row_y;
    for (int64_t x = 0; x < out.width; ++x, to += 3) {
      const int32_t column = at_x >> 16, row = at_y >> 16;
      if (column >= 0 && column < image.width && row >= 0 && row < image.height) {
        std::copy_n(image.row(row) + int64_t{column} * 3, 3, to);
      }
      at_x = plus(at_x, step_x);
      at_y = plus(at_y, step_y);
    }
    row_x = plus(row_x, fixed(m[1]));
    row_y = plus(row_y, fixed(m[4]));
  }
}

void affine_stepped(const Image& image, Image& out, const AffineMatrix& m) {
  double row_x = m[2] + m[1] * 0.5 + m[0] * 0.5, row_y = m[5] + m[4] * 0.5 + m[3] * 0.5;
  for (int64_t y = 0; y < out.height; ++y, row_x += m[1], row_y += m[4]) {
    uint8_t* to = out.row(y);
    double at_x = row_x, at_y = row_y;
    for (int64_t x = 0; x < out.width; ++x, to += 3, at_x += m[0], at_y += m[3]) {
      const int64_t column = index_of(at_x), row = index_of(at_y);
      if (column >= 0 && column < image.width && row >= 0 && row < image.height) {
        std::copy_n(image.row(row) + column * 3, 3, to);
      }
    }
  }
}

void affine_nearest(const Image& image, Image& out, const AffineMatrix& m) {
  if (m[1] == 0 && m[3] == 0) return scale_nearest(image, out, m);
  const auto w = static_cast<double>(out.width), h = static_cast<double>(out.height);
  const bool fits = fits_fixed(m, 0, 0) && fits_fixed(m, w, h) && fits_fixed(m, 0, h) && fits_fixed(m, w, 0);
  if (fits) return affine_fixed(image, out, m);
  affine_stepped(image, out, m);
}

// By whole pixels: every interpolation gives the pixel itself.
bool is_shift(const AffineMatrix& m) {
  const auto whole = [](double value) { return std::abs(value) < 1e9 && value == std::nearbyint(value); };
  return m[0] == 1 && m[1] == 0 && m[3] == 0 && m[4] == 1 && whole(m[2]) && whole(m[5]);
}

void shift(const Image& image, Image& out, int64_t x, int64_t y) {
  const int64_t left = std::max<int64_t>(-x, 0), right = std::min(image.width - x, out.width);
  const int64_t top = std::max<int64_t>(-y, 0), bottom = std::min(image.height - y, out.height);
  if (left >= right) return;
  for (int64_t row = top; row < bottom; ++row) {
    std::copy_n(image.row(row + y) + (left + x) * 3, (right - left) * 3, out.row(row) + left * 3);
  }
}

double radians(double degrees) {
  return degrees * (std::numbers::pi / 180.0);
}

// Python's round(value, 15), which is exact.
double round_to_15_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15f", value);
  return std::strtod(text, nullptr);
}

PointXY through(const AffineMatrix& m, double x, double y) {
  return {m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]};
}

void turn_half(Image& image) {
  for (int64_t i = 0, j = image.width * image.height - 1; i < j; ++i, --j) {
    std::swap_ranges(&image.pixels[static_cast<size_t>(i * 3)], &image.pixels[static_cast<size_t>(i * 3)] + 3,
                     &image.pixels[static_cast<size_t>(j * 3)]);
  }
}

void turn_quarter(Image& image, bool counter_clockwise) {
  Image turned = make_image(image.height, image.width);
  for (int64_t y = 0; y < image.height; ++y) {
    for (int64_t x = 0; x < image.width; ++x) {
      uint8_t* to = counter_clockwise ? turned.row(image.width - 1 - x) + y * 3
                                      : turned.row(x) + (image.height - 1 - y) * 3;
      std::copy_n(image.row(y) + x * 3, 3, to);
    }
  }
  image = std::move(turned);
}

// Solves the eight equations of four corners, by elimination with pivots.
PerspectiveMatrix solve(std::array<std::array<long double, 9>, 8> rows) {
  for (size_t i = 0; i < 8; ++i) {
    const auto pivot =
        std::max_element(rows.begin() + static_cast<int64_t>(i), rows.end(),
                         [&](const auto& a, const auto& b) { return std::abs(a[i]) < std::abs(b[i]); });
    std::swap(rows[i], *pivot);
    for (size_t k = 0; k < 8; ++k) {
      if (k == i) continue;
      const long double factor = rows[k][i] / rows[i][i];
      for (size_t j = i; j < 9; ++j) rows[k][j] -= factor * rows[i][j];
    }
  }
  PerspectiveMatrix solution{};
  for (size_t i = 0; i < 8; ++i)
    solution[i] = static_cast<float>(static_cast<double>(rows[i][8] / rows[i][i]));
  return solution;
}

}  // namespace

Image transform_affine(const Image& image, Size size, const AffineMatrix& m, const Sampling& sampling) {
  Image out = filled(size, sampling.fill);
  if (is_shift(m)) {
    shift(image, out, static_cast<int64_t>(m[2]), static_cast<int64_t>(m[5]));
    return out;
  }
  if (sampling.interpolation == Interpolation::nearest) {
    affine_nearest(image, out, m);
    return out;
  }
  resample(image, out, sampling.interpolation, [&](int64_t x, int64_t y) {
    const double middle_x = static_cast<double>(x) + 0.5, middle_y = static_cast<double>(y) + 0.5;
    return through(m, middle_x, middle_y);
  });
  return out;
}

Image transform_perspective(const Image& image, const PerspectiveMatrix& m, const Sampling& sampling) {
  Image out = filled(size_of(image), sampling.fill);
  resample(image, out, sampling.interpolation, [&](int64_t column, int64_t row) {
    const double x = static_cast<double>(column) + 0.5, y = static_cast<double>(row) + 0.5;
    const double w = m[6] * x + m[7] * y + 1;
    return PointXY{(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w};
  });
  return out;
}

void rotate(Image& image, const RotateOptions& options, const Sampling& sampling) {
  double degrees = std::fmod(options.degrees, 360.0);
  if (degrees < 0) degrees += 360.0;  // as Python's %
  if (!options.center) {
    if (degrees == 0) return;
    if (degrees == 180) return turn_half(image);
    const bool quarter = degrees == 90 || degrees == 270;
    if (quarter && (options.expand || image.width == image.height)) return turn_quarter(image, degrees == 90);
  }
  const auto width = static_cast<double>(image.width), height = static_cast<double>(image.height);
  const auto [x, y] = options.center.value_or(PointXY{width / 2, height / 2});
  const double angle = -radians(degrees);
  const double cosine = round_to_15_digits(std::cos(angle));
  AffineMatrix m{
      cosine, round_to_15_digits(std::sin(angle)), 0.0, round_to_15_digits(-std::sin(angle)), cosine, 0.0};
  const PointXY moved = through(m, -x, -y);
  m[2] = moved[0] + x;
  m[5] = moved[1] + y;
  Size size = size_of(image);
  if (options.expand) {
    const PointXY corners[4]{through(m, 0, 0), through(m, width, 0), through(m, width, height),
                             through(m, 0, height)};
    const auto extent = [&](size_t axis) {
      const auto less = [axis](const PointXY& a, const PointXY& b) { return a[axis] < b[axis]; };
      const auto [low, high] = std::minmax_element(std::begin(corners), std::end(corners), less);
      return static_cast<int64_t>(std::ceil((*high)[axis])) - static_cast<int64_t>(std::floor((*low)[axis]));
    };
    size = {extent(0), extent(1)};
    const PointXY shifted = through(m, -(static_cast<double>(size.width) - width) / 2.0,
                                    -(static_cast<double>(size.height) - height) / 2.0);
    m[2] = shifted[0];
    m[5] = shifted[1];
  }
  image = transform_affine(image, size, m, sampling);
}

AffineMatrix inverse_affine(const AffineOptions& options, const PointXY& center) {
  const double rotation = radians(options.degrees);
  const double sx = radians(options.shear[0]), sy = radians(options.shear[1]);
  const auto [cx, cy] = center;
  const auto [tx, ty] = options.translate;
  const double a = std::cos(rotation - sy) / std::cos(sy);
  const double b = -std::cos(rotation - sy) * std::tan(sx) / std::cos(sy) - std::sin(rotation);
  const double c = std::sin(rotation - sy) / std::cos(sy);
  const double d = -std::sin(rotation - sy) * std::tan(sx) / std::cos(sy) + std::cos(rotation);
  AffineMatrix m{d, -b, 0.0, -c, a, 0.0};
  for (double& value : m) value /= options.scale;
  m[2] += m[0] * (-cx - tx) + m[1] * (-cy - ty);
  m[5] += m[3] * (-cx - tx) + m[4] * (-cy - ty);
  m[2] += cx;
  m[5] += cy;
  return m;
}

void affine(Image& image, const AffineOptions& options, const Sampling& sampling) {
  const PointXY middle{static_cast<double>(image.width) * 0.5, static_cast<double>(image.height) * 0.5};
  const AffineMatrix m = inverse_affine(options, options.center.value_or(middle));
  if (m == AffineMatrix{1, 0, 0, 0, 1, 0}) return;
  image = transform_affine(image, size_of(image), m, sampling);
}

void perspective(Image& image, const std::array<PointXY, 4>& from, const std::array<PointXY, 4>& to,
                 const Sampling& sampling) {
  if (from == to) return;
  std::array<std::array<long double, 9>, 8> rows{};
  for (size_t i = 0; i < 4; ++i) {
    const auto [x, y] = to[i];
    const auto [u, v] = from[i];
    rows[2 * i] = {x, y, 1, 0, 0, 0, -u * x, -u * y, u};
    rows[2 * i + 1] = {0, 0, 0, x, y, 1, -v * x, -v * y, v};
  }
  image = transform_perspective(image, solve(rows), sampling);
}

}  // namespace zoo
