// What a fine-tuning is to be. Plain data.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

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
  // A run to go on with, where and as it was stopped: it and the data must be as they were, and the other
  // options those that it was made with; `weights`, `arch` and `out` are not asked for.
  std::filesystem::path resume = {};
  // Besides after each epoch, the state of the training is saved this often; 0: not so.
  double save_every_s = 300;
  int64_t save_every_steps = 0;
  // For recipe.json: how a program was called, and in which folder.
  std::vector<std::string> command = {};
  bool overwrite = false;  // replace the run that is there
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
