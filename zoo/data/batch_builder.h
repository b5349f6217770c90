// Samples -> batches: what happens to a picture, without the threads (loader.h has those). Internal to data.
#pragma once

#include <optional>
#include <vector>

#include "transforms/resize.h"
#include "zoo/data/loader.h"
#include "zoo/data/normalize.h"

namespace zoo {

// The samples of one batch on their way to becoming tensors.
struct BatchDraft {
  std::vector<int64_t> indices;
  uint64_t epoch = 0;
  at::Tensor images;            // where all pictures have one known size, else:
  std::vector<Image> pictures;  // as they leave the transform

  int64_t size() const { return static_cast<int64_t>(indices.size()); }
};

class BatchBuilder {
 public:
  // Throws Error{usage, mismatch} for options that make no batches.
  BatchBuilder(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options);

  BatchDraft begin(std::vector<int64_t> indices, uint64_t epoch) const;
  // Thread-safe for different positions of one draft. Throws Error with the picture's name.
  void make_sample(BatchDraft& draft, int64_t position) const;
  // One batch, or one a picture where they differ in size.
  std::vector<Batch> finish(BatchDraft draft) const;

  const Dataset& dataset() const { return *dataset_; }
  const LoaderOptions& options() const { return options_; }

 private:
  Image transform(const Image& image, int64_t index, uint64_t epoch) const;
  at::Tensor stack(std::span<const Image> pictures) const;
  Batch label(std::vector<int64_t> indices, at::Tensor images) const;

  std::shared_ptr<const Dataset> dataset_;
  LoaderOptions options_;
  DecodeOptions decode_;
  AnyNormalizeTable table_;
  std::optional<Size> size_;  // of every picture that leaves the transform, where the options alone decide it
};

}  // namespace zoo
