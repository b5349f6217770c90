// Threads that turn files into batches: decode, transform, normalise into one channels-last tensor.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transforms/augmentation.h"
#include "transforms/mix.h"
#include "zoo/manifest/preprocess.h"
#include "zoo/loader/picture_cache.h"
#include "zoo/datasets/dataset.h"

namespace zoo {

struct Batch {
  at::Tensor images;  // [N, 3, H, W] channels-last, in LoaderOptions::dtype
  // [N] int64, the dataset's; where the set has several labels a picture, [N, classes] float of 0 and 1
  at::Tensor labels;
  std::vector<int64_t> indices;  // of the samples, in the dataset
  at::Tensor mixed_labels;       // [N, classes] float, rows of sum 1; undefined without mixing
};

// One picture -> [3, H, W] float32, the last step of evaluation and training alike: (x / 255 - mean) / std in
// the order and rounding of torchvision's ToTensor + Normalize; blue-green-red if the preprocessing says so.
at::Tensor to_tensor(const Image& image, const Preprocess& preprocess);

enum class BadPictures {
  stop,  // next() throws the picture's error
  // What is damaged or of a kind that zoo does not read is left out of its batch, and bad_pictures() lists
  // it. Any other error (no such file, too many open files, a disk that fails) is thrown as with `stop`.
  skip,
};
std::string_view to_string(BadPictures treatment);
// Throws Error{usage} that lists what is possible.
BadPictures parse_bad_pictures(std::string_view text);

struct LoaderOptions {
  int64_t batch_size = 32;
  int workers = 2;  // threads; 0 = in the caller's
  at::ScalarType dtype = at::kFloat;
  Preprocess preprocess;  // evaluation; its mean, std, channel order and EXIF rule also for training
  // Training: these steps, in an order shuffled by (seed, epoch). Nothing: evaluation, in the dataset's
  // order.
  std::optional<Augmentation> train = std::nullopt;
  std::optional<MixOptions> mix = std::nullopt;  // MixUp and CutMix of training batches
  int64_t repeats = 1;                           // repeated augmentation, see EpochPlanOptions
  uint64_t seed = 0;
  int rank = 0, ranks = 1;       // this process's share of each batch of batch_size * ranks
  bool allow_truncated = false;  // see DecodeOptions
  // Training decodes JPEG at 1/2, 1/4 or 1/8 where a crop needs no more; evaluation never does.
  bool reduced_decode = true;
  BadPictures bad_pictures = BadPictures::stop;
  // The share of the data set's pictures that may be skipped, one picture in any case; with more, next()
  // throws Error{corrupt}. 0 to 1.
  double most_bad_share = 0.01;
  CacheOptions cache = {};
  bool pinned = false;  // batches in page-locked memory, which a GPU copies faster
  // Pictures of different sizes (no crop) come in batches of one unless all are equal.
};

struct BadPicture {
  int64_t index = 0;    // in the dataset
  std::string message;  // with its name
};

// Batches of one epoch, in order, whatever the number of workers. An error in a worker is thrown by next().
// A batch's memory is used again once nobody holds its tensors any more.
class Loader {
 public:
  // Throws Error{usage, mismatch} for options that make no batches, Error{io} for the cache's file.
  Loader(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // epoch: 0, 1, ...; may be called before the last one ended. A training that was stopped behind k batches
  // goes on with first_batch = k (0 or more), and sees what it would have seen.
  void start_epoch(int64_t epoch, int64_t first_batch = 0);
  std::optional<Batch> next();  // nothing at the end of the epoch
  int64_t batches_per_epoch() const;
  const Dataset& dataset() const;

  // Seconds that next() has spent without a batch being ready, since the epoch was started.
  double waited_s() const;
  // Left out so far by BadPictures::skip, each once, in the order in which they were met.
  const std::vector<BadPicture>& bad_pictures() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace zoo
