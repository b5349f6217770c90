// The operations that draw random numbers in data sets, transforms and loading, and the seeded shuffle.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "transforms/random/random.h"

namespace zoo {

// The `op` of RandomStream; never renumbered, so that old seeds keep their meaning.
enum RandomOp : uint32_t {
  kOpCrop = 0,
  kOpFlip = 1,
  kOpShuffle = 2,
  kOpSplit = 3,
  kOpNoise = 4,      // of one erased rectangle
  kOpMix = 5,        // MixUp and CutMix, keyed by the batch
  kOpStep = 0x1000,  // + the step's position in an Augmentation + the copy of the sample * 0x10000
};

// Fisher-Yates.
inline void shuffle(std::vector<int64_t>& values, RandomStream& random) {
  for (size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[static_cast<size_t>(random.below(static_cast<int64_t>(i)))]);
  }
}

}  // namespace zoo
