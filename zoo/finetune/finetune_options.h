// What a fine-tuning is to be. Plain data.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <c10/core/Device.h>

#include "zoo/finetune/finetune_data.h"
#include "zoo/finetune/start.h"
#include "zoo/finetune/training_pictures.h"
#include "zoo/loader/loader_options.h"
#include "zoo/manifest/preprocess_choice.h"
#include "zoo/models/weights.h"
#include "zoo/train/recipe.h"

namespace zoo {

struct FinetuneOptions {
  std::string weights = {};        // what resolve_weights() takes; empty: `arch` from scratch
  std::string arch = {};           // of a model from scratch
  FinetuneDataOptions data = {};   // its `seed` and `run` are the recipe's and the weights' to say
  std::filesystem::path out = {};  // the run's folder: new, empty, or a run that may be replaced
  bool overwrite = false;          // replace the run that is there
  Recipe recipe = {};
  StartOptions model = {};
  TrainingPictures pictures = {};
  PreprocessChoice preprocess = {};
  LoaderOptions loading = {};  // how pictures are read and kept; the rest of it is the training's to say
  c10::Device device = c10::kCPU;
  // How `weights` is looked up. Empty: by the manifest that is compiled in, without progress.
  std::function<ResolvedWeights(const std::string& weights)> resolve = {};
};

}  // namespace zoo
