// Threads that turn files into batches: decode, transform, normalise into one channels-last tensor.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "transforms/augment.h"
#include "zoo/core/preprocess.h"
#include "zoo/datasets/dataset.h"

namespace zoo {

struct Batch {
  at::Tensor images;             // [N, 3, H, W] channels-last, in LoaderOptions::dtype
  at::Tensor labels;             // [N] int64, the dataset's
  std::vector<int64_t> indices;  // of the samples, in the dataset
};

// One picture -> [3, H, W] float32, the last step of evaluation and training alike: (x / 255 - mean) / std in
// the order and rounding of torchvision's ToTensor + Normalize; blue-green-red if the preprocessing says so.
at::Tensor to_tensor(const Image& image, const Preprocess& preprocess);

struct LoaderOptions {
  int64_t batch_size = 32;
  int workers = 2;  // threads; 0 = in the caller's
  at::ScalarType dtype = at::kFloat;
  Preprocess preprocess;  // evaluation; its mean, std and channel order also for training
  // Training: random resized crop + horizontal flip, shuffled by (seed, epoch). Evaluation: dataset order.
  std::optional<RandomResizedCropOptions> train = std::nullopt;
  double flip_probability = 0.5;  // training only
  uint64_t seed = 0;
  // Pictures of different sizes (no crop) come in batches of one unless all are equal.
};

// Batches of one epoch, in order, whatever the number of workers. An error in a worker is thrown by next().
class Loader {
 public:
  Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  void start_epoch(int64_t epoch);  // 0, 1, ...; may be called before the last one ended
  std::optional<Batch> next();      // nothing at the end of the epoch
  int64_t batches_per_epoch() const;
  const Dataset& dataset() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace zoo
