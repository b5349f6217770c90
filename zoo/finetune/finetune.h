// All that `zoo finetune` does, as one call: a published model, or none, and pictures become a model of their
// classes.
//   zoo::finetune({.weights = "resnet50.tv2_in1k", .data = {.data = "photos/"}, .out = "run/"});
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "zoo/finetune/finetune_options.h"
#include "zoo/loader/loader.h"
#include "zoo/train/run_dir.h"
#include "zoo/train/trainer.h"

namespace zoo {

// What is known before the first step.
struct FinetuneStart {
  std::string arch;
  std::vector<std::string> classes;
  int64_t train_pictures = 0, val_pictures = 0;
  int64_t image_px = 0;  // side of what the model sees
};

// Each may be empty.
struct FinetuneSinks {
  NoteSink on_note = {};
  std::function<void(const FinetuneStart&)> on_start = {};  // nothing is written yet
  std::function<void(const StepReport&)> on_step = {};
  std::function<void(const EpochReport&)> on_epoch = {};  // it is saved
  std::function<bool()> stop = {};                        // asked between steps
};

struct FinetuneResult {
  EpochReport best, last;
  double wall_s = 0;                           // of all epochs
  std::vector<BadPicture> bad_train, bad_val;  // left out by BadPictures::skip
};

// Makes RUN/best and RUN/last, each a model for create_model(), Classifier, timm and transformers,
// recipe.json, metrics.jsonl and, where the data was split, split.json. Whatever can be wrong with options,
// data and weights is found before anything is written. Throws Error: usage (names the field), not_found,
// mismatch, corrupt, io, interrupted; once the run has begun the message says what of it is kept.
FinetuneResult finetune(const FinetuneOptions& options, const FinetuneSinks& sinks = {});

// Throws Error{usage} that names the field, where `input` lies in `out` or beside it where a run is made: it
// would be removed, and the run could not say any more what it came from.
void require_outside(const std::string& field, const std::filesystem::path& input,
                     const std::filesystem::path& out, bool overwrite);

}  // namespace zoo
