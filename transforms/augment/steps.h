// What can be done to a training picture: one plain struct a step, with the names, ranges and defaults of its
// publisher. docs/augmentation.md has a table of all.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "transforms/resize/resize.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

using Colour = std::array<uint8_t, 3>;  // red, green, blue

struct Interval {
  double low = 0, high = 0;  // low <= high
  friend bool operator==(const Interval&, const Interval&) = default;
};

// ---- Geometry (torchvision)

// timm's RandomResizedCropAndInterpolation and OpenMMLab's RandomResizedCrop are the same with other options.
struct RandomResizedCrop {
  Size size{224, 224};
  Interval scale{0.08, 1.0};             // share of the picture's area, 0 to 1
  Interval ratio{3.0 / 4.0, 4.0 / 3.0};  // width / height, 0.001 to 1000
  // Nothing: bilinear or bicubic, drawn for each picture (timm's "random").
  std::optional<Interpolation> interpolation = Interpolation::bilinear;
  Backend backend = Backend::pillow;  // opencv: OpenMMLab's
  friend bool operator==(const RandomResizedCrop&, const RandomResizedCrop&) = default;
};
struct Resize {
  Size size{256, 256};
  bool short_edge = true;  // size.width is what the shorter side becomes; else both sides are given
  Interpolation interpolation = Interpolation::bilinear;
  friend bool operator==(const Resize&, const Resize&) = default;
};
// A smaller picture is padded with zeros.
struct CenterCrop {
  Size size{224, 224};
  friend bool operator==(const CenterCrop&, const CenterCrop&) = default;
};

enum class PaddingMode { constant, edge, reflect, symmetric };
struct Margins {
  int64_t left = 0, top = 0, right = 0, bottom = 0;  // pixels, 0 or more
  friend bool operator==(const Margins&, const Margins&) = default;
};
struct Pad {
  Margins padding;
  PaddingMode mode = PaddingMode::constant;
  Colour fill{};
  friend bool operator==(const Pad&, const Pad&) = default;
};
struct RandomCrop {
  Size size{32, 32};
  Margins padding{};
  PaddingMode mode = PaddingMode::constant;
  Colour fill{};
  bool pad_if_needed = false;
  friend bool operator==(const RandomCrop&, const RandomCrop&) = default;
};

struct RandomHorizontalFlip {
  double p = 0.5;
  friend bool operator==(const RandomHorizontalFlip&, const RandomHorizontalFlip&) = default;
};
struct RandomVerticalFlip {
  double p = 0.5;
  friend bool operator==(const RandomVerticalFlip&, const RandomVerticalFlip&) = default;
};
struct RandomRotation {
  Interval degrees{-30, 30};  // counter-clockwise
  Interpolation interpolation = Interpolation::nearest;
  bool expand = false;                                         // the picture grows to hold all corners
  std::optional<std::array<double, 2>> center = std::nullopt;  // x, y in pixels; nothing: the middle
  Colour fill{};
  friend bool operator==(const RandomRotation&, const RandomRotation&) = default;
};
struct RandomAffine {
  Interval degrees{0, 0};                 // clockwise
  std::array<double, 2> translate{0, 0};  // at most this share of width and height, 0 to 1
  std::optional<Interval> scale = std::nullopt;
  std::optional<Interval> shear_x = std::nullopt, shear_y = std::nullopt;  // degrees
  Interpolation interpolation = Interpolation::nearest;
  Colour fill{};
  std::optional<std::array<double, 2>> center = std::nullopt;
  friend bool operator==(const RandomAffine&, const RandomAffine&) = default;
};
struct RandomPerspective {
  double distortion_scale = 0.5;  // 0 to 1
  double p = 0.5;
  Interpolation interpolation = Interpolation::bilinear;
  Colour fill{};
  friend bool operator==(const RandomPerspective&, const RandomPerspective&) = default;
};

// ---- Colour (torchvision)

struct ColorJitter {
  Interval brightness{1, 1}, contrast{1, 1}, saturation{1, 1};  // factors, 0 or more; {1, 1}: left out
  Interval hue{0, 0};                                           // turns, -0.5 to 0.5; {0, 0}: left out
  double p = 1.0;                                               // torchvision's RandomApply around it
  friend bool operator==(const ColorJitter&, const ColorJitter&) = default;
};
struct RandomGrayscale {
  double p = 0.1;
  friend bool operator==(const RandomGrayscale&, const RandomGrayscale&) = default;
};
struct GaussianBlur {
  int64_t kernel_width = 23, kernel_height = 23;  // odd
  Interval sigma{0.1, 2.0};                       // 0.001 to 1000
  double p = 1.0;
  friend bool operator==(const GaussianBlur&, const GaussianBlur&) = default;
};
struct RandomAdjustSharpness {
  double sharpness_factor = 2.0;  // 0 blurs, 1 leaves, 2 sharpens
  double p = 0.5;
  friend bool operator==(const RandomAdjustSharpness&, const RandomAdjustSharpness&) = default;
};
struct RandomSolarize {
  double threshold = 128;
  double p = 0.5;
  friend bool operator==(const RandomSolarize&, const RandomSolarize&) = default;
};
struct RandomPosterize {
  int64_t bits = 4;  // kept, 0 to 8
  double p = 0.5;
  friend bool operator==(const RandomPosterize&, const RandomPosterize&) = default;
};
struct RandomEqualize {
  double p = 0.5;
  friend bool operator==(const RandomEqualize&, const RandomEqualize&) = default;
};
struct RandomAutocontrast {
  double p = 0.5;
  friend bool operator==(const RandomAutocontrast&, const RandomAutocontrast&) = default;
};
struct RandomInvert {
  double p = 0.5;
  friend bool operator==(const RandomInvert&, const RandomInvert&) = default;
};
// OpenMMLab's PCA noise, as AlexNet's. The rows of eigvec are for blue, green, red; with to_rgb for red,
// green, blue.
struct Lighting {
  std::array<double, 3> eigval{55.4625, 4.7940, 1.1475};
  std::array<std::array<double, 3>, 3> eigvec{
      {{-0.5836, -0.6948, 0.4203}, {-0.5808, -0.0045, -0.8140}, {-0.5675, 0.7192, 0.4009}}};
  double alphastd = 0.1;
  bool to_rgb = false;
  friend bool operator==(const Lighting&, const Lighting&) = default;
};

// ---- Policies

struct RandAugment {
  int64_t num_ops = 2;
  int64_t magnitude = 9;  // below num_magnitude_bins
  int64_t num_magnitude_bins = 31;
  Interpolation interpolation = Interpolation::nearest;
  Colour fill{};
  friend bool operator==(const RandAugment&, const RandAugment&) = default;
};
struct TrivialAugmentWide {
  int64_t num_magnitude_bins = 31;
  Interpolation interpolation = Interpolation::nearest;
  Colour fill{};
  friend bool operator==(const TrivialAugmentWide&, const TrivialAugmentWide&) = default;
};
enum class AutoAugmentPolicy { imagenet, cifar10, svhn };
struct AutoAugment {
  AutoAugmentPolicy policy = AutoAugmentPolicy::imagenet;
  Interpolation interpolation = Interpolation::nearest;
  Colour fill{};
  friend bool operator==(const AutoAugment&, const AutoAugment&) = default;
};
struct AugMix {
  int64_t severity = 3;  // 1 to 10
  int64_t mixture_width = 3;
  int64_t chain_depth = -1;  // below 1: 1 to 3, drawn
  double alpha = 1.0;
  bool all_ops = true;
  Interpolation interpolation = Interpolation::bilinear;  // or nearest, no other
  std::optional<Colour> fill = std::nullopt;              // nothing: torchvision's None, black
  friend bool operator==(const AugMix&, const AugMix&) = default;
};
// What timm's --aa takes: "rand-m9-mstd0.5-inc1", "augmix-m5-w4-d2", "original", "v0", "3a", ...
struct TimmAutoAugment {
  std::string config = "rand-m9-mstd0.5-inc1";
  Colour fill{124, 116, 104};  // timm: the mean of the data set, times 255, rounded
  std::optional<Interpolation> interpolation =
      Interpolation::bilinear;  // nothing: bilinear or bicubic, drawn
  double translate_pct = 0.45;  // timm: 0.3 for augmix
  friend bool operator==(const TimmAutoAugment&, const TimmAutoAugment&) = default;
};

// ---- Behind normalisation: these come back as erasures

struct RandomErasing {
  double p = 0.5;
  Interval scale{0.02, 0.33};  // share of the area
  Interval ratio{0.3, 3.3};
  // In the units of the normalised tensor; nothing: a standard normal number a pixel and channel ("random").
  std::optional<std::array<double, 3>> value = std::array<double, 3>{0, 0, 0};
  friend bool operator==(const RandomErasing&, const RandomErasing&) = default;
};
enum class ErasingMode { constant, rand, pixel };  // zeros, one normal colour a rectangle, normal pixels
struct TimmRandomErasing {
  double probability = 0.5;
  double min_area = 0.02, max_area = 1.0 / 3.0;
  double min_aspect = 0.3;
  std::optional<double> max_aspect = std::nullopt;  // nothing: 1 / min_aspect
  ErasingMode mode = ErasingMode::constant;
  int64_t min_count = 1;
  std::optional<int64_t> max_count = std::nullopt;  // nothing: min_count
  friend bool operator==(const TimmRandomErasing&, const TimmRandomErasing&) = default;
};

using Step =
    std::variant<RandomResizedCrop, Resize, CenterCrop, Pad, RandomCrop, RandomHorizontalFlip,
                 RandomVerticalFlip, RandomRotation, RandomAffine, RandomPerspective, ColorJitter,
                 RandomGrayscale, GaussianBlur, RandomAdjustSharpness, RandomSolarize, RandomPosterize,
                 RandomEqualize, RandomAutocontrast, RandomInvert, Lighting, RandAugment, TrivialAugmentWide,
                 AutoAugment, AugMix, TimmAutoAugment, RandomErasing, TimmRandomErasing>;

}  // namespace zoo
