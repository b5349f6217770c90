// Image.transform and Image.rotate of Pillow, and torchvision's matrices for them. Bit-equal to Pillow 13 and
// torchvision 0.28 on PIL images.
#pragma once

#include <array>
#include <optional>

#include "transforms/augment/steps.h"
#include "transforms/image.h"

namespace zoo {

// For output pixel (x, y): input (a x + b y + c, d x + e y + f), pixels' middles at .5.
using AffineMatrix = std::array<double, 6>;
// Input ((a x + b y + c) / w, (d x + e y + f) / w) with w = g x + h y + 1.
using PerspectiveMatrix = std::array<double, 8>;
using PointXY = std::array<double, 2>;  // x, y

struct Sampling {
  Interpolation interpolation = Interpolation::nearest;  // or bilinear, bicubic
  Colour fill{};                                         // where the input has no pixel
};

Image transform_affine(const Image& image, Size size, const AffineMatrix& matrix, const Sampling& sampling);
Image transform_perspective(const Image& image, const PerspectiveMatrix& matrix, const Sampling& sampling);

struct RotateOptions {
  double degrees = 0;  // counter-clockwise
  bool expand = false;
  std::optional<PointXY> center = std::nullopt;  // nothing: the middle
};
void rotate(Image& image, const RotateOptions& options, const Sampling& sampling);

struct AffineOptions {
  double degrees = 0;  // clockwise
  PointXY translate{0, 0};
  double scale = 1;
  PointXY shear{0, 0};                           // degrees
  std::optional<PointXY> center = std::nullopt;  // nothing: the middle
};
// torchvision's _get_inverse_affine_matrix with this center instead of the options'.
AffineMatrix inverse_affine(const AffineOptions& options, const PointXY& center);
// torchvision's F.affine on a PIL image.
void affine(Image& image, const AffineOptions& options, const Sampling& sampling);

// torchvision's F.perspective: the corners `from` (top left, top right, bottom right, bottom left) come to
// `to`. The coefficients are the least squares' solution, rounded to single precision.
void perspective(Image& image, const std::array<PointXY, 4>& from, const std::array<PointXY, 4>& to,
                 const Sampling& sampling);

}  // namespace zoo
