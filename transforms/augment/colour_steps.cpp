// The steps that change colours, with torchvision's order of draws.
#include <array>
#include <cstdint>
#include <vector>

#include "transforms/augment/colour.h"
#include "transforms/augment/filters.h"
#include "transforms/augment/run_step.h"
#include "transforms/augment/tables.h"
#include "transforms/random/random_ops.h"

namespace zoo {
namespace {

bool happens(double p, RandomStream& random) {
  return random.uniform() < p;
}

// One of a ColorJitter's four; nothing where its interval holds only what changes nothing.
std::optional<double> draw_factor(const Interval& interval, double neutral, RandomStream& random) {
  if (interval == Interval{neutral, neutral}) return std::nullopt;
  return random.uniform(interval.low, interval.high);
}

}  // namespace

void run(const ColorJitter& step, AugmentedPicture& picture, RandomStream& random) {
  if (step.p < 1 && step.p < random.uniform()) return;  // torchvision's RandomApply
  std::vector<int64_t> order{0, 1, 2, 3};
  shuffle(order, random);
  const auto brightness = draw_factor(step.brightness, 1, random);
  const auto contrast = draw_factor(step.contrast, 1, random);
  const auto saturation = draw_factor(step.saturation, 1, random);
  const auto hue = draw_factor(step.hue, 0, random);
  for (const int64_t which : order) {
    if (which == 0 && brightness) adjust_brightness(picture.image, *brightness);
    if (which == 1 && contrast) adjust_contrast(picture.image, *contrast);
    if (which == 2 && saturation) adjust_saturation(picture.image, *saturation);
    if (which == 3 && hue) adjust_hue(picture.image, *hue);
  }
}

void run(const RandomGrayscale& step, AugmentedPicture& picture, RandomStream& random) {
  if (happens(step.p, random)) grayscale(picture.image);
}

void run(const GaussianBlur& step, AugmentedPicture& picture, RandomStream& random) {
  if (step.p < 1 && step.p < random.uniform()) return;
  const double sigma = random.uniform(step.sigma.low, step.sigma.high);
  gaussian_blur_torchvision(picture.image, {step.kernel_width, step.kernel_height, sigma});
}

void run(const RandomAdjustSharpness& step, AugmentedPicture& picture, RandomStream& random) {
  if (happens(step.p, random)) adjust_sharpness(picture.image, step.sharpness_factor);
}

void run(const RandomSolarize& step, AugmentedPicture& picture, RandomStream& random) {
  if (happens(step.p, random)) solarize(picture.image, step.threshold);
}

void run(const RandomPosterize& step, AugmentedPicture& picture, RandomStream& random) {
  if (happens(step.p, random)) posterize(picture.image, step.bits);
}

void run(const RandomEqualize& step, AugmentedPicture& picture, RandomStream& random) {
  if (happens(step.p, random)) equalize(picture.image);
}

void run(const RandomAutocontrast& step, AugmentedPicture& picture, RandomStream& random) {
  if (happens(step.p, random)) autocontrast(picture.image);
}

void run(const RandomInvert& step, AugmentedPicture& picture, RandomStream& random) {
  if (happens(step.p, random)) invert(picture.image);
}

void run(const Lighting& step, AugmentedPicture& picture, RandomStream& random) {
  std::array<double, 3> alpha{};
  for (double& value : alpha) value = step.alphastd * random.normal();
  adjust_lighting(picture.image, step, alpha);
}

}  // namespace zoo
