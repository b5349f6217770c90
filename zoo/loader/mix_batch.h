// MixUp and CutMix of a batch.
#pragma once

#include <span>

#include "transforms/augment/mix.h"
#include "zoo/loader/batch.h"
#include "zoo/loader/epoch_plan.h"

namespace zoo {

// Where a batch stands among the ranks' batches and the epoch's.
struct MixPlace {
  std::span<const Draw> draws;  // of this rank's rows
  int64_t whole = 0;            // pictures of this batch in all ranks
  int64_t classes = 0;
  BatchKey key;
};

// Mixes batch.images in place, as timm's Mixup does it in their precision, and gives it mixed_labels. A
// picture whose partner could not be read stays as it is.
void mix_batch(Batch& batch, const MixOptions& options, const MixPlace& place);

}  // namespace zoo
