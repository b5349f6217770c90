// The steps that move pixels, with torchvision's order of draws.
#include <cmath>

#include "transforms/augment/geometry.h"
#include "transforms/augment/run_step.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr double kMaxPixels = 1 << 28;

double draw(const Interval& interval, RandomStream& random) {
  return random.uniform(interval.low, interval.high);
}

double draw_shift(double share, int64_t side, RandomStream& random) {
  const double most = share * static_cast<double>(side);
  return std::nearbyint(random.uniform(-most, most));
}

// A corner's way into the picture: 0 to `most`.
double draw_way(int64_t most, RandomStream& random) {
  return static_cast<double>(random.below(most + 1));
}

// From the other side: side - most - 1 to side - 1.
double draw_far(int64_t side, int64_t most, RandomStream& random) {
  return static_cast<double>(side - most - 1 + random.below(most + 1));
}

}  // namespace

void run(const RandomRotation& step, AugmentedPicture& picture, RandomStream& random) {
  const double degrees = draw(step.degrees, random);
  const Image& image = picture.image;
  const auto diagonal = static_cast<double>(image.width + image.height);
  if (step.expand && diagonal * diagonal > kMaxPixels) {
    throw Error(ErrorCode::mismatch, {},
                "a picture of " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                    " pixels is too large to expand",
                "Resize first.");
  }
  rotate(picture.image, {degrees, step.expand, step.center}, {step.interpolation, step.fill});
}

void run(const RandomAffine& step, AugmentedPicture& picture, RandomStream& random) {
  AffineOptions options{.center = step.center};
  options.degrees = draw(step.degrees, random);
  if (step.translate != std::array<double, 2>{}) {
    options.translate[0] = draw_shift(step.translate[0], picture.image.width, random);
    options.translate[1] = draw_shift(step.translate[1], picture.image.height, random);
  }
  if (step.scale) options.scale = draw(*step.scale, random);
  if (step.shear_x) options.shear[0] = draw(*step.shear_x, random);
  if (step.shear_y) options.shear[1] = draw(*step.shear_y, random);
  affine(picture.image, options, {step.interpolation, step.fill});
}

void run(const RandomPerspective& step, AugmentedPicture& picture, RandomStream& random) {
  if (!(random.uniform() < step.p)) return;
  const auto [width, height] = size_of(picture.image);
  const int64_t half_width = width / 2, half_height = height / 2;
  const auto x = static_cast<int64_t>(step.distortion_scale * static_cast<double>(half_width));
  const auto y = static_cast<int64_t>(step.distortion_scale * static_cast<double>(half_height));
  std::array<PointXY, 4> to{};
  to[0][0] = draw_way(x, random);
  to[0][1] = draw_way(y, random);
  to[1][0] = draw_far(width, x, random);
  to[1][1] = draw_way(y, random);
  to[2][0] = draw_far(width, x, random);
  to[2][1] = draw_far(height, y, random);
  to[3][0] = draw_way(x, random);
  to[3][1] = draw_far(height, y, random);
  const auto right = static_cast<double>(width - 1), bottom = static_cast<double>(height - 1);
  perspective(picture.image, {{{0, 0}, {right, 0}, {right, bottom}, {0, bottom}}}, to,
              {step.interpolation, step.fill});
}

}  // namespace zoo
