// Threads that turn files into batches: decode, transform, normalise into one channels-last tensor.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "zoo/datasets/dataset.h"
#include "zoo/loader/batch.h"
#include "zoo/loader/loader_options.h"

namespace zoo {

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
