#include "zoo/loader/epoch_plan.h"

#include <algorithm>
#include <numeric>

#include "transforms/random/random_ops.h"

namespace zoo {

EpochPlan::EpochPlan(const EpochPlanOptions& options, uint64_t epoch) : options_(options) {
  order_.resize(static_cast<size_t>(options.samples));
  std::iota(order_.begin(), order_.end(), 0);
  if (!options.shuffle) return;
  RandomStream random(options.seed, epoch, 0, kOpShuffle);
  shuffle(order_, random);
}

int64_t EpochPlan::batches() const {
  const int64_t whole = options_.batch_size * options_.ranks;
  return (static_cast<int64_t>(order_.size()) + whole - 1) / whole;
}

int64_t EpochPlan::size_of(int64_t batch) const {
  const int64_t whole = options_.batch_size * options_.ranks;
  return std::min(whole, static_cast<int64_t>(order_.size()) - batch * whole);
}

Draw EpochPlan::at(int64_t batch, int64_t place) const {
  const int64_t position = batch * options_.batch_size * options_.ranks + place;
  return {order_[static_cast<size_t>(position / options_.repeats)],
          static_cast<uint32_t>(position % options_.repeats), place};
}

std::vector<Draw> EpochPlan::share_of(int64_t batch) const {
  const int64_t size = size_of(batch), pairs = size / 2;
  const int64_t first = pairs * options_.rank / options_.ranks;
  const int64_t end = pairs * (options_.rank + 1) / options_.ranks;
  const bool has_middle = size % 2 != 0 && options_.rank == options_.ranks - 1;
  std::vector<Draw> share;
  for (int64_t place = first; place < end; ++place) share.push_back(at(batch, place));
  if (has_middle) share.push_back(at(batch, pairs));
  for (int64_t place = end - 1; place >= first; --place) share.push_back(at(batch, size - 1 - place));
  return share;
}

}  // namespace zoo
