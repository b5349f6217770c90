// A sample on its way to being a row of a batch: fetched, decoded as far as needed, transformed; still 8
// bits.
#pragma once

#include <memory>
#include <optional>

#include "transforms/augment/augmentation.h"
#include "transforms/decode/decode_window.h"
#include "zoo/datasets/dataset.h"
#include "zoo/loader/epoch_plan.h"
#include "zoo/loader/loader_options.h"

namespace zoo {

class PictureSource {
 public:
  PictureSource(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options);

  // Thread-safe. Throws Error with the picture's name.
  AugmentedPicture make(const Draw& draw, uint64_t epoch) const;
  const Dataset& dataset() const { return *dataset_; }

 private:
  Image prepare(int64_t sample) const;
  AugmentedPicture augment(const SampleKey& key) const;
  ReducedWindow decode_part(const EncodedPicture& file, const WindowPlan& plan) const;
  std::shared_ptr<const Image> shrunk(int64_t sample) const;

  std::shared_ptr<const Dataset> dataset_;
  Preprocess preprocess_;
  std::optional<Augmentation> train_;
  DecodeOptions decode_;
  bool reduced_decode_;
  uint64_t seed_;
  mutable PictureCache cache_;
};

}  // namespace zoo
