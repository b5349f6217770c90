// The command line of zoo finetune as plain data.
#pragma once

#include <filesystem>

#include "apps/cli/torch_options.h"
#include "apps/finetune/augment_options.h"
#include "apps/finetune/finetune_data.h"
#include "apps/finetune/finetune_model.h"
#include "zoo/loader/loader.h"
#include "zoo/train/recipe.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

struct FinetuneOptions {
  FinetuneDataOptions data;
  std::filesystem::path out;
  Recipe recipe;
  ModelFlags model;
  bool overwrite = false;
  bool json = false;
  AugmentFlags pictures;
  TorchOptions torch;
  LoaderOptions loading;  // how pictures are read; the rest of it is the training's to say
};

cxxopts::Options declare_finetune_flags();
// Throws Error{usage} that names the flag, for everything that can be said without looking at a file.
FinetuneOptions read_finetune_flags(const cxxopts::ParseResult& flags);

}  // namespace zoo::apps
