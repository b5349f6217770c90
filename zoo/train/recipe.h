// The settings of a training run: all that is needed to repeat it. Plain data; recipe.json is its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "zoo/models/precision.h"

namespace zoo {

struct Recipe {
  int64_t epochs = 10;
  int64_t batch_size = 32;
  double lr = 0.01;  // at the end of the warm-up
  double momentum = 0.9;
  bool nesterov = false;
  double weight_decay = 1e-4;  // of all parameters, norms and biases included
  double warmup_epochs = 1;    // 0 .. epochs, may be a fraction
  double label_smoothing = 0;  // [0, 1): the share of the target that all classes have alike
  Precision precision = Precision::fp32;
  bool freeze_backbone = false;  // only the head learns; norms keep their statistics
  uint64_t seed = 0;
};

// Learning rate of step `step` (0-based) of `total_steps`. With w = warmup_epochs * steps_per_epoch:
// lr * (step + 1) / w (at most lr) while step < w, then lr / 2 * (1 + cos(pi * (step - w) / (total_steps -
// w))), which would reach 0 one step after the last.
double learning_rate(const Recipe& recipe, int64_t step, int64_t total_steps, int64_t steps_per_epoch);

// Throws Error{usage} that names the field: epochs < 1, lr <= 0, momentum outside [0, 1), ...
void validate(const Recipe& recipe);

}  // namespace zoo
