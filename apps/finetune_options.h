// The command line of zoo finetune as plain data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "apps/augment_options.h"
#include "apps/finetune_model.h"
#include "apps/torch_options.h"
#include "zoo/data/loader.h"
#include "zoo/train/recipe.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

struct FinetuneOptions {
  std::filesystem::path data;
  std::string val;  // a folder, a share of the pictures in decimal, or "" = nothing said
  std::filesystem::path out;
  Recipe recipe;
  ModelFlags model;
  std::optional<int64_t> max_train_samples;
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
