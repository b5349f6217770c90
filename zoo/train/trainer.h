// The training loop. Owns nothing that it is not given: model, recipe, batches, sinks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "zoo/models/resnet.h"
#include "zoo/train/evaluate.h"
#include "zoo/train/recipe.h"
#include "zoo/train/train_state.h"

namespace zoo {

struct StepReport {
  int64_t epoch = 0, step = 0, steps_per_epoch = 0;  // of this epoch, in batches
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
  std::optional<EvalResult> ema;  // of the averaged weights, where the recipe has them
  bool best = false;              // highest top-1 so far, of either (the earlier one keeps a tie)
  bool best_is_ema = false;
};
// Each may be empty.
struct TrainSinks {
  std::function<void(const StepReport&)> on_step{};
  // After an epoch's last step and before the evaluation: the moment to save the model, whose every number is
  // finite, so that nothing that happens while it is judged loses the epoch.
  std::function<void(int64_t epoch)> on_learnt{};
  // After the evaluation, model in eval mode; its loss is finite. Where best_is_ema, the model has the
  // averaged weights for as long as this is called.
  std::function<void(const EpochReport&)> on_epoch{};
  // Instead of on_epoch where the evaluation's loss is not finite; then training throws.
  std::function<void(int64_t epoch)> on_diverged{};
  // A state to be saved: after each epoch, before a stop, and where state_due says so after a step. It is a
  // copy.
  std::function<void(TrainState)> on_state{};
  std::function<bool(int64_t optimizer_steps)> state_due{};
};

// True if batch norm cannot learn from these images: one picture whose last map is a single pixel has no
// variance. Training leaves such a batch out and counts it, unless the backbone is frozen.
bool lone_picture(int64_t batch_size, int64_t height, int64_t width, const ArchSpec& arch);

// Batches of an epoch of which gradients are averaged for a step come from `train_batches`; cross entropy;
// evaluation in fp32 after each epoch. Makes the model's weights channels-last. A frozen backbone runs in
// eval mode and without autograd; not one bit of it moves. What is drawn in a step (dropout, stochastic
// depth) follows from the seed and the step's number.
class Trainer {
 public:
  // What is given stays in place as long as the trainer. Throws Error{usage} for the recipe, Error{mismatch}
  // where the model has no head.
  Trainer(ResNet& model, const Recipe& recipe, BatchSource& train_batches, BatchSource& val_batches,
          const TrainSinks& sinks = {}, std::function<bool()> stop = {});
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  // Takes up where the state was made: from there on all is as if it had never been left. Throws
  // Error{mismatch} for the state of another model or recipe; nothing was changed then.
  void restore(const TrainState& state);
  // Where it is; a copy. Between two batches whose gradients are averaged there is none to be had.
  TrainState state() const;

  // All epochs that are left. `stop` is asked before every step and every batch of the evaluation: training
  // then throws Error{interrupted}. Throws Error{mismatch} where an epoch has no picture to learn from, or
  // the loss, the loss of the evaluation or a tensor of the model is no longer finite, Error{io} where memory
  // does not suffice; all name epoch and step. What LibTorch throws comes out as one of these.
  void run();

 private:
  struct Run;
  std::unique_ptr<Run> run_;
};

// All epochs of a Trainer.
void train(ResNet& model, const Recipe& recipe, BatchSource& train_batches, BatchSource& val_batches,
           const TrainSinks& sinks, const std::function<bool()>& stop = {});

}  // namespace zoo
