// The training transforms of the publishers' recipes, with their defaults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "transforms/augment/augmentation.h"

namespace zoo {

// torchvision's references/classification/presets.py, ClassificationPresetTrain.
struct TorchvisionPreset {
  int64_t crop_size = 224;
  Interpolation interpolation = Interpolation::bilinear;
  double hflip_prob = 0.5;
  std::string auto_augment_policy = {};  // "", "ra", "ta_wide", "augmix", "imagenet", "cifar10", "svhn"
  int64_t ra_magnitude = 9;
  int64_t augmix_severity = 3;
  double random_erase_prob = 0;
};

// timm's create_transform for training; names and defaults are those of train.py's flags.
struct TimmPreset {
  Size input_size{224, 224};
  Interval scale{0.08, 1.0};
  Interval ratio{3.0 / 4.0, 4.0 / 3.0};
  double hflip = 0.5, vflip = 0;
  double color_jitter = 0.4;                               // not with aa, but for 3-Augment
  std::optional<double> color_jitter_prob = std::nullopt;  // nothing: always
  double grayscale_prob = 0, gaussian_blur_prob = 0;
  std::string aa = {};                                              // "": none
  std::optional<Interpolation> train_interpolation = std::nullopt;  // nothing: "random"
  double reprob = 0;
  ErasingMode remode = ErasingMode::pixel;
  int64_t recount = 1;
  Colour fill{124, 116, 104};  // of what aa moves: timm takes the mean
  bool no_aug = false;         // resize and centre crop alone
};

// mmpretrain's pipelines: RandomResizedCrop, RandomFlip, ColorJitter, Lighting.
struct OpenMMLabPreset {
  int64_t scale = 224;
  Backend backend = Backend::opencv;
  Interpolation interpolation = Interpolation::bilinear;
  double flip_prob = 0.5;
  double color_jitter = 0;  // brightness, contrast and saturation; 0: none
  double lighting = 0;      // alphastd; 0: none
};

// Padding, random crop and flip, as for the CIFAR nets of the paper.
struct CifarPreset {
  int64_t size = 32;
  int64_t padding = 4;
  PaddingMode padding_mode = PaddingMode::constant;
  double hflip = 0.5;
};

// Throw Error{usage} where a field is out of its range.
Augmentation make_augmentation(const TorchvisionPreset& preset);
Augmentation make_augmentation(const TimmPreset& preset);
Augmentation make_augmentation(const OpenMMLabPreset& preset);
Augmentation make_augmentation(const CifarPreset& preset);

// A recipe as a user names it: one of preset_names() or a string of timm's --aa, for pictures of that size
// (nothing: the preset's own). Throws Error{usage}.
std::vector<std::string> preset_names();
Augmentation named_augmentation(const std::string& name, std::optional<int64_t> size_px = std::nullopt);

}  // namespace zoo
