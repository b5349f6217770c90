// Samples -> batches: everything but the threads (loader.h has those).
#pragma once

#include <optional>
#include <vector>

#include "transforms/resize/resize.h"
#include "zoo/datasets/dataset.h"
#include "zoo/loader/batch.h"
#include "zoo/loader/batch_pool.h"
#include "zoo/loader/epoch_plan.h"
#include "zoo/loader/loader_options.h"
#include "zoo/loader/normalize.h"
#include "zoo/loader/picture_source.h"

namespace zoo {

// The samples of one batch on their way to becoming tensors.
struct BatchDraft {
  std::vector<Draw> draws;
  uint64_t epoch = 0;
  int64_t number = 0;                      // of the batch in its epoch
  int64_t whole = 0;                       // samples of this batch in all ranks
  at::Tensor images;                       // where all pictures have one known size, else:
  std::vector<AugmentedPicture> pictures;  // as they leave the transform
  std::vector<std::string> failures;       // BadPictures::skip: empty for what went well

  int64_t size() const { return static_cast<int64_t>(draws.size()); }
};

class BatchBuilder {
 public:
  // Throws Error{usage, mismatch} for options that make no batches.
  BatchBuilder(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options);

  // Not thread-safe.
  BatchDraft begin(const EpochPlan& plan, uint64_t epoch, int64_t batch);
  // Thread-safe for different positions of one draft. Throws Error with the picture's name.
  void make_sample(BatchDraft& draft, int64_t position) const;
  // One batch, or one a picture where they differ in size; none where every picture failed.
  std::vector<Batch> finish(BatchDraft draft) const;

  const Dataset& dataset() const { return source_.dataset(); }
  const LoaderOptions& options() const { return options_; }

 private:
  void place(const AugmentedPicture& picture, const at::Tensor& images, int64_t row) const;
  void drop_failures(BatchDraft& draft) const;
  std::vector<Batch> one_by_one(const BatchDraft& draft) const;
  at::Tensor stack(std::span<const AugmentedPicture> pictures) const;
  Batch label(std::span<const Draw> draws, at::Tensor images) const;
  at::Tensor labels_of(std::span<const Draw> draws) const;

  LoaderOptions options_;
  PictureSource source_;
  AnyNormalizeTable table_;
  std::optional<Size> size_;  // of every picture that leaves the transform, where the options alone decide it
  BatchPool pool_;
};

}  // namespace zoo
