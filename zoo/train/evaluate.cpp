#include "zoo/train/evaluate.h"

#include <algorithm>
#include <string>

#include <ATen/ops/aminmax.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <c10/core/InferenceMode.h>

#include "zoo/base/error.h"
#include "zoo/models/autocast.h"

namespace zoo {

TrainBatch place_batch(const TrainBatch& batch, const ResNet& model, Precision precision) {
  const int64_t classes = model->options().num_classes;
  const auto [least, greatest] = at::aminmax(batch.labels);
  if (least.item<int64_t>() < 0 || greatest.item<int64_t>() >= classes)
    throw Error(ErrorCode::mismatch, "labels",
                "a batch holds labels " + std::to_string(least.item<int64_t>()) + " to " +
                    std::to_string(greatest.item<int64_t>()) + ", the model has " + std::to_string(classes) +
                    " classes.",
                "Match the classes of the data to the model's labels first.");
  const at::Device device = model->parameters().front().device();
  const bool keep = precision == Precision::bf16 && batch.images.scalar_type() == at::kBFloat16;
  return {
      batch.images.to(device, keep ? at::kBFloat16 : at::kFloat).contiguous(at::MemoryFormat::ChannelsLast),
      batch.labels.to(device), batch.mixed_labels.defined() ? batch.mixed_labels.to(device) : at::Tensor()};
}

EvalResult evaluate(ResNet& model, BatchSource& batches, Precision precision, const LogitsSink& on_logits) {
  const c10::InferenceMode inference;
  model->eval();
  EvalResult result;
  double loss = 0;
  int64_t top1 = 0, top5 = 0;
  batches.start_epoch(0, 0);
  while (const auto batch = batches.next()) {
    const TrainBatch placed = place_batch(*batch, model, precision);
    at::Tensor logits;
    {
      const AutocastScope autocast(precision, placed.images.device().type());
      logits = model->forward(placed.images);
    }
    logits = logits.to(at::kFloat);
    loss += at::cross_entropy_loss(logits, placed.labels, {}, at::Reduction::None)
                .sum(at::kDouble)
                .item<double>();
    const int64_t k = std::min<int64_t>(5, logits.size(1));
    const at::Tensor best = std::get<1>(logits.topk(k, 1));
    const at::Tensor hits = best.eq(placed.labels.unsqueeze(1));
    top1 += hits.select(1, 0).sum().item<int64_t>();
    top5 += hits.sum().item<int64_t>();
    result.images += logits.size(0);
    if (on_logits) on_logits(logits.cpu(), *batch);
  }
  if (result.images == 0)
    throw Error(ErrorCode::mismatch, "evaluation", "there is not one picture to evaluate on.");
  const auto images = static_cast<double>(result.images);
  result.loss = loss / images;
  result.top1 = 100.0 * static_cast<double>(top1) / images;
  result.top5 = 100.0 * static_cast<double>(top5) / images;
  return result;
}

}  // namespace zoo
