// Batches that a test made, as a source.
#pragma once

#include <utility>
#include <vector>

#include "zoo/train/evaluate.h"

namespace zoo::test {

inline BatchSource fixed_batches(std::vector<TrainBatch> batches) {
  const auto count = static_cast<int64_t>(batches.size());
  const auto position = std::make_shared<size_t>(0);
  return {[position](int64_t, int64_t first_batch) { *position = static_cast<size_t>(first_batch); },
          [position, batches = std::move(batches)]() -> std::optional<TrainBatch> {
            if (*position == batches.size()) return std::nullopt;
            return batches[(*position)++];
          },
          count};
}

}  // namespace zoo::test
