// zoo's side of bench/epoch.py: ResNet-18 learns in bf16, as zoo-finetune does it.
//   bench_epoch DATA WORKERS BATCH
// answers each line on stdin with the seconds that one epoch took: "loader" takes the batches from the
// loader, "held" makes the same steps on one batch that stays in memory.
#include <ATen/ops/cross_entropy_loss.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include "zoo/arch/arch.h"
#include "zoo/base/error.h"
#include "zoo/loader/loader.h"
#include "zoo/models/autocast.h"
#include "zoo/models/resnet.h"
#include "zoo/train/evaluate.h"
#include "zoo/train/optimizer.h"

namespace {

using Clock = std::chrono::steady_clock;
constexpr double kLr = 1e-3;

class Training {
 public:
  Training(const std::shared_ptr<const zoo::Dataset>& dataset, const zoo::LoaderOptions& options)
      : loader_(dataset, options),
        pictures_(dataset->size()),
        batch_size_(options.batch_size),
        model_(zoo::get_arch("resnet18"),
               zoo::ResNetOptions{.num_classes = static_cast<int64_t>(dataset->classes().size())}) {
    model_->train();
    model_->to_channels_last();
    optimizer_ =
        zoo::make_optimizer({{.parameters = model_->parameters(), .weight_decay = 1e-4}}, {.momentum = 0.9});
    loader_.start_epoch(0);
    if (const auto batch = loader_.next()) held_ = {batch->images.clone(), batch->labels.clone()};
  }

  void epoch_from_loader() {
    loader_.start_epoch(++epoch_);
    while (const auto batch = loader_.next()) learn({batch->images, batch->labels});
  }

  void epoch_from_memory() {
    for (int64_t left = pictures_; left > 0; left -= batch_size_) {
      const int64_t count = std::min(left, batch_size_);
      learn({held_.images.narrow(0, 0, count), held_.labels.narrow(0, 0, count), {}});
    }
  }

 private:
  void learn(const zoo::TrainBatch& batch) {
    const zoo::TrainBatch placed = place_batch(batch, model_, zoo::Precision::bf16);
    optimizer_->zero_grad();
    at::Tensor logits;
    {
      const zoo::AutocastScope autocast(zoo::Precision::bf16, at::kCPU);
      logits = model_->forward(placed.images).to(at::kFloat);
    }
    const at::Tensor loss = at::cross_entropy_loss(logits, placed.labels);
    loss.item<double>();
    loss.backward();
    optimizer_->step(kLr);
  }

  zoo::Loader loader_;
  int64_t pictures_, batch_size_, epoch_ = 0;
  zoo::ResNet model_;
  std::unique_ptr<zoo::Optimizer> optimizer_;
  zoo::TrainBatch held_;
};

void run(char** arguments) {
  zoo::LoaderOptions options;
  options.workers = std::stoi(arguments[2]);
  options.batch_size = std::stoll(arguments[3]);
  options.dtype = at::kBFloat16;
  options.train = zoo::Augmentation({zoo::RandomResizedCrop{}, zoo::RandomHorizontalFlip{}});
  Training training(zoo::open_dataset(arguments[1]), options);
  for (std::string source; std::getline(std::cin, source);) {
    const auto start = Clock::now();
    if (source == "loader") {
      training.epoch_from_loader();
    } else {
      training.epoch_from_memory();
    }
    const std::chrono::duration<double> wall = Clock::now() - start;
    std::cout << wall.count() << '\n' << std::flush;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) return 2;
  try {
    run(arguments);
    return 0;
  } catch (const zoo::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
