// Which samples make up the batches of an epoch, and which of them are a rank's own.
#pragma once

#include <cstdint>
#include <vector>

namespace zoo {

struct EpochPlanOptions {
  int64_t samples = 0;     // of the data set, at least 1
  int64_t batch_size = 1;  // of one rank
  bool shuffle = false;    // by (seed, epoch); else the data set's order
  uint64_t seed = 0;
  // Repeated augmentation (Hoffer et al., 2020; timm's RepeatAugSampler): each sample stands so many times in
  // a row, and the epoch stays as long as it was, so that it sees one sample in `repeats`.
  int64_t repeats = 1;
  int rank = 0, ranks = 1;
};

struct Draw {
  int64_t sample = 0;   // index in the data set
  uint32_t repeat = 0;  // which of its copies, 0 .. repeats-1
  int64_t place = 0;    // position in the batch of all ranks
  friend bool operator==(const Draw&, const Draw&) = default;
};

// Note [batches and ranks]. A batch of all ranks together is batch_size * ranks samples in a row, whatever
// the number of ranks. A rank takes places from both ends, mirrored: where MixUp pairs place i with the place
// as far from the end, both are the same rank's, and its own list is mirrored in the same way.
class EpochPlan {
 public:
  EpochPlan() = default;  // no batch
  EpochPlan(const EpochPlanOptions& options, uint64_t epoch);

  int64_t batches() const;
  // Samples of batch number `batch` in all ranks together: fewer in the last one only.
  int64_t size_of(int64_t batch) const;
  // This rank's share, in ascending places.
  std::vector<Draw> share_of(int64_t batch) const;

 private:
  Draw at(int64_t batch, int64_t place) const;

  EpochPlanOptions options_;
  std::vector<int64_t> order_;
};

}  // namespace zoo
