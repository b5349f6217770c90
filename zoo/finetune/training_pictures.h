// What training pictures go through, in the words of timm and torchvision.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "transforms/augment/mix.h"
#include "transforms/augment/presets.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

struct TrainingPictures {
  std::string recipe;  // a file or a preset; empty: the steps that `steps` says
  TimmPreset steps;    // its size and, unless chosen_interpolation, its interpolation are the model's to say
  bool chosen_interpolation = false;
  std::optional<MixOptions> mix;
  int64_t repeats = 1;  // copies of a picture in a row, each augmented anew
};

// The steps for a model that sees what `preprocess` says. Throws Error{usage} for a recipe that gives
// pictures of another size, and what reading its file throws.
Augmentation make_augmentation(const TrainingPictures& pictures, const Preprocess& preprocess);

}  // namespace zoo
