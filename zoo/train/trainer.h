// The training loop. Owns nothing that it is not given: model, recipe, batches, sinks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

#include <ATen/core/Tensor.h>

#include "zoo/models/resnet.h"
#include "zoo/train/recipe.h"

namespace zoo {

struct TrainBatch {
  at::Tensor images;               // [N, C, H, W]
  at::Tensor labels;               // [N] int64
};
// Starts an epoch and hands out its batches one by one; nothing at its end. The trainer knows no datasets.
struct BatchSource {
  std::function<void(int64_t epoch)> start_epoch;
  std::function<std::optional<TrainBatch>()> next;
  int64_t batches_per_epoch = 0;
};

struct EvalResult {
  double loss = 0, top1 = 0, top5 = 0;   // mean cross entropy; percent
  int64_t images = 0;
};
struct StepReport {
  int64_t epoch = 0, step = 0, steps_per_epoch = 0;   // of this epoch
  double loss = 0, top1 = 0;             // running mean over the epoch; percent
  double lr = 0;
  double images_per_s = 0;
  double seconds_left = 0;               // of the whole run
};
struct EpochReport {
  int64_t epoch = 0;                     // 0-based
  double train_loss = 0, train_top1 = 0, lr = 0;
  double images_per_s = 0, wall_s = 0, data_wait_s = 0;
  EvalResult val;
  bool best = false;                     // highest val top-1 so far (the earlier one keeps a tie)
};
struct TrainSinks {
  std::function<void(const StepReport&)> on_step;      // may be empty
  std::function<void(const EpochReport&)> on_epoch;    // called after evaluation, model in eval mode
};

// Runs all epochs. `stop` is looked at before every step: training then throws Error{interrupted}.
// Throws Error{mismatch} when the loss is no longer finite, naming epoch and step.
void train(ResNet& model, const Recipe& recipe, BatchSource& train_batches, BatchSource& val_batches,
           const TrainSinks& sinks, const std::atomic<bool>* stop = nullptr);

// Sets eval mode and inference mode itself. Images are cast to the precision.
EvalResult evaluate(ResNet& model, BatchSource& batches, Precision precision = Precision::fp32);

}  // namespace zoo
