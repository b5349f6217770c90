// The flags that say what training pictures go through, with the names that timm and torchvision give them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "transforms/augment/mix.h"
#include "transforms/augment/presets.h"
#include "zoo/manifest/preprocess.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

struct AugmentFlags {
  std::string recipe;  // a file or a preset; empty: the steps that `steps` says
  TimmPreset steps;    // its size and, unless chosen_interpolation, its interpolation are the model's to say
  bool chosen_interpolation = false;
  std::optional<MixOptions> mix;
  int64_t repeats = 1;
};

void add_augment_options(cxxopts::Options& options);
// Looks at no file. Throws Error{usage} that names the flag.
AugmentFlags read_augment_options(const cxxopts::ParseResult& flags);

// The steps for a model that sees what `preprocess` says. Throws Error{usage} for a recipe that gives
// pictures of another size, and what reading its file throws.
Augmentation make_augmentation(const AugmentFlags& flags, const Preprocess& preprocess);

}  // namespace zoo::apps
