// Runs what tests/golden/train/make_train.py runs in PyTorch.
#pragma once

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/train/fixed_batches.h"
#include "tests/train/hash_fill.h"
#include "zoo/train/trainer.h"

#include <nlohmann/json.hpp>

namespace zoo::test {

inline nlohmann::json read_golden() {
  return nlohmann::json::parse(std::ifstream(ZOO_SOURCE_DIR "/tests/golden/train/train.json"));
}

struct Steps {
  ResNet model{nullptr};
  std::vector<double> losses;
};

inline Steps run_sgd_steps(const nlohmann::json& setting) {
  Steps steps{hash_filled("resnet20_cifar", 10), {}};
  const Recipe recipe{.epochs = 3,
                      .batch_size = 4,
                      .optimizer = {.momentum = setting["momentum"], .nesterov = setting["nesterov"]},
                      .schedule = {.lr = setting["lr"], .warmup_epochs = 1},
                      .weight_decay = setting["weight_decay"]};
  const TrainBatch batch{hash_pictures(1000, {4, 3, 32, 32}).contiguous(torch::MemoryFormat::ChannelsLast),
                         torch::tensor({3, 1, 4, 1}, torch::kLong)};
  BatchSource train_batches = fixed_batches({batch}), val_batches = fixed_batches({batch});
  train(steps.model, recipe, train_batches, val_batches,
        {.on_step = [&](const StepReport& report) { steps.losses.push_back(report.loss); }});
  return steps;
}

}  // namespace zoo::test
