// The training loop. Owns nothing that it is not given: model, recipe, batches, sinks.
#pragma once

#include <cstdint>
#include <functional>

#include "zoo/models/resnet.h"
#include "zoo/train/evaluate.h"
#include "zoo/train/recipe.h"

namespace zoo {

struct StepReport {
  int64_t epoch = 0, step = 0, steps_per_epoch = 0;  // of this epoch
  double loss = 0, top1 = 0;                         // running mean over the epoch; percent
  double lr = 0;
  double images_per_s = 0;  // of this epoch
  double seconds_left = 0;  // of the whole run
};
struct EpochReport {
  int64_t epoch = 0;  // 0-based
  double train_loss = 0, train_top1 = 0;
  double lr = 0;               // of the last step
  double images_per_s = 0;     // of training alone
  double wall_s = 0;           // of training and evaluation
  double train_s = 0;          // of training alone
  double data_wait_s = 0;      // of that: time in which no batch was ready
  int64_t skipped_images = 0;  // see lone_picture()
  int64_t bad_images = 0;      // that the sources have left out since the start, of both
  EvalResult val;
  bool best = false;  // highest val top-1 so far (the earlier one keeps a tie)
};
// Each may be empty.
struct TrainSinks {
  std::function<void(const StepReport&)> on_step{};
  // After an epoch's last step and before the evaluation: the moment to save the model, whose every number is
  // finite, so that nothing that happens while it is judged loses the epoch.
  std::function<void(int64_t epoch)> on_learnt{};
  // After the evaluation, model in eval mode; its loss is finite.
  std::function<void(const EpochReport&)> on_epoch{};
  // Instead of on_epoch where the evaluation's loss is not finite; then train() throws.
  std::function<void(int64_t epoch)> on_diverged{};
};

// True if batch norm cannot learn from these images: one picture whose last map is a single pixel has no
// variance. Training leaves such a batch out and counts it, unless the backbone is frozen.
bool lone_picture(int64_t batch_size, int64_t height, int64_t width, const ArchSpec& arch);

// Runs all epochs: SGD by the recipe on the cross entropy, evaluation in fp32 after each. Makes the model's
// weights channels-last. A frozen backbone runs in eval mode and without autograd; not one bit of it moves.
// `stop` is asked before every step and every batch of the evaluation: training then throws
// Error{interrupted}. Throws Error{usage} for the recipe, Error{mismatch} where the model has no head, an
// epoch has no picture to learn from, or the loss, the loss of the evaluation or a tensor of the model is no
// longer finite, Error{io} where memory does not suffice; all name epoch and step. What LibTorch throws comes
// out as one of these.
void train(ResNet& model, const Recipe& recipe, BatchSource& train_batches, BatchSource& val_batches,
           const TrainSinks& sinks, const std::function<bool()>& stop = {});

}  // namespace zoo
