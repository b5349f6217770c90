// How good a model is on labelled batches. The batches come from anywhere: this folder knows no datasets.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <ATen/core/Tensor.h>

#include "zoo/models/resnet.h"
#include "zoo/train/recipe.h"

namespace zoo {

struct TrainBatch {
  at::Tensor images;  // [N, C, H, W], floating
  at::Tensor labels;  // [N] int64, 0 .. classes-1
  // [N, classes] float, rows of sum 1: what the loss is told instead of the labels. Undefined: nothing is
  // mixed.
  at::Tensor mixed_labels{};
};
// Starts an epoch, at a batch of it, and hands out its batches one by one; nothing at its end.
struct BatchSource {
  std::function<void(int64_t epoch, int64_t first_batch)> start_epoch;
  std::function<std::optional<TrainBatch>()> next;
  int64_t batches_per_epoch = 0;
  // How many different pictures it has had to leave out so far. May be empty.
  std::function<int64_t()> left_out{};
};

struct EvalResult {
  double loss = 0, top1 = 0, top5 = 0;  // mean cross entropy; percent
  int64_t images = 0;
};

// logits float [N, classes] and the batch that gave them, both on the CPU.
using LogitsSink = std::function<void(const at::Tensor& logits, const TrainBatch& batch)>;

// One pass over epoch 0 of the batches. Sets eval mode and inference mode itself. Images are cast to the
// precision; loss and ranks are of fp32 logits. With fewer than five classes top-5 is 100. Throws
// Error{mismatch} for a label that the model has no class for, and if there is no batch at all.
EvalResult evaluate(ResNet& model, BatchSource& batches, Precision precision = Precision::fp32,
                    const LogitsSink& on_logits = {});

// The batch on the model's device, images channels-last, float unless they are bf16 and may stay so. Throws
// Error{mismatch} for a label outside 0 .. classes-1.
TrainBatch place_batch(const TrainBatch& batch, const ResNet& model, Precision precision);

}  // namespace zoo
