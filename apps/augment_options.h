// The flags that say what training pictures go through, with the names that timm and torchvision give them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "transforms/augmentation.h"
#include "transforms/mix.h"
#include "zoo/core/preprocess.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

struct TrainingPictures {
  Augmentation augmentation;
  std::optional<MixOptions> mix;
  int64_t repeats = 1;
};

void add_augment_options(cxxopts::Options& options);
// For a model that sees what `preprocess` says. Throws Error{usage} that names the flag, and what reading a
// recipe's file throws.
TrainingPictures read_augment_options(const cxxopts::ParseResult& flags, const Preprocess& preprocess);

}  // namespace zoo::apps
