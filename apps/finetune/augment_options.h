// The flags that say what training pictures go through, with the names that timm and torchvision give them.
#pragma once

#include "zoo/finetune/training_pictures.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

void add_augment_options(cxxopts::Options& options);
// Looks at no file. Throws Error{usage} that names the flag.
TrainingPictures read_augment_options(const cxxopts::ParseResult& flags);

}  // namespace zoo::apps
