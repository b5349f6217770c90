// The settings of a training run: all that is needed to repeat it. Plain data; recipe.json is its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "zoo/models/precision.h"
#include "zoo/train/optimizer.h"
#include "zoo/train/schedule.h"

namespace zoo {

struct Recipe {
  int64_t epochs = 10;
  int64_t batch_size = 32;
  int64_t accumulate = 1;  // batches whose gradients are averaged for a step
  OptimizerOptions optimizer = {};
  Schedule schedule = {};
  double weight_decay = 1e-4;
  bool decay_norms = true;  // else norms and biases keep their size, as timm has it
  double layer_decay =
      1;  // (0, 1]: each block's rate is that of the next one times this; timm's --layer-decay
  double head_lr_scale = 1;  // times the rate: of the head
  double clip_norm = 0;      // of all gradients together, above 0; 0: as they are
  double ema_decay =
      0;  // of the average of the weights, below 1; 0: none. It rises: (1 + step) / (10 + step)
  double label_smoothing = 0;  // [0, 1): the share of the target that all classes have alike
  Precision precision = Precision::fp32;
  bool freeze_backbone = false;  // only the head learns; norms keep their statistics
  uint64_t seed = 0;
};

// Throws Error{usage} that names the field: epochs < 1, lr <= 0, momentum outside [0, 1), ...
void validate(const Recipe& recipe);

}  // namespace zoo
