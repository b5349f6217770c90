#include "zoo/loader/epoch_plan.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <catch2/catch.hpp>

using namespace zoo;

namespace {

EpochPlanOptions shuffled(int64_t samples, int64_t batch_size) {
  return {.samples = samples, .batch_size = batch_size, .shuffle = true, .seed = 5};
}

std::vector<int64_t> samples_of(const std::vector<Draw>& draws) {
  std::vector<int64_t> samples;
  for (const Draw& draw : draws) samples.push_back(draw.sample);
  return samples;
}

// All of an epoch, in order.
std::vector<int64_t> samples_of(const EpochPlan& plan) {
  std::vector<int64_t> all;
  for (int64_t batch = 0; batch < plan.batches(); ++batch) {
    const std::vector<int64_t> samples = samples_of(plan.share_of(batch));
    all.insert(all.end(), samples.begin(), samples.end());
  }
  return all;
}

}  // namespace

TEST_CASE("without shuffling an epoch is the data set, cut into batches") {
  const EpochPlan plan({.samples = 7, .batch_size = 3}, 4);
  REQUIRE(plan.batches() == 3);
  CHECK(samples_of(plan.share_of(1)) == std::vector<int64_t>{3, 4, 5});
  CHECK(samples_of(plan.share_of(2)) == std::vector<int64_t>{6});
  CHECK(plan.size_of(1) == 3);
  CHECK(plan.size_of(2) == 1);
}

TEST_CASE("a shuffled epoch has each sample once, another order each time, and the same for one seed") {
  const std::vector<int64_t> first = samples_of(EpochPlan(shuffled(100, 8), 0));
  CHECK(std::set<int64_t>(first.begin(), first.end()).size() == 100);
  CHECK(first == samples_of(EpochPlan(shuffled(100, 8), 0)));
  CHECK(first == samples_of(EpochPlan(shuffled(100, 5), 0)));
  CHECK(first != samples_of(EpochPlan(shuffled(100, 8), 1)));
  EpochPlanOptions other = shuffled(100, 8);
  other.seed = 6;
  CHECK(first != samples_of(EpochPlan(other, 0)));
}

TEST_CASE("the ranks' shares make up the batch that one rank has") {
  const int ranks = GENERATE(1, 2, 3, 4);
  const int64_t samples = GENERATE(96, 100, 101, 1);
  const int64_t whole_batch = 24;
  const EpochPlan alone(shuffled(samples, whole_batch), 2);
  std::vector<EpochPlan> plans;
  for (int rank = 0; rank < ranks; ++rank) {
    EpochPlanOptions options = shuffled(samples, whole_batch / ranks);
    options.rank = rank;
    options.ranks = ranks;
    plans.emplace_back(options, 2);
    REQUIRE(plans.back().batches() == alone.batches());
  }
  for (int64_t batch = 0; batch < alone.batches(); ++batch) {
    std::vector<Draw> together;
    for (const EpochPlan& plan : plans) {
      const std::vector<Draw> share = plan.share_of(batch);
      CHECK(plan.size_of(batch) == alone.size_of(batch));
      for (size_t i = 0; i < share.size(); ++i)  // partners for mixing are one rank's, mirrored
        CHECK(share[i].place + share[share.size() - 1 - i].place == alone.size_of(batch) - 1);
      together.insert(together.end(), share.begin(), share.end());
    }
    std::sort(together.begin(), together.end(),
              [](const Draw& a, const Draw& b) { return a.place < b.place; });
    CHECK(together == alone.share_of(batch));
  }
}

TEST_CASE("repeated augmentation shows each sample several times in a row, in an epoch of the same length") {
  EpochPlanOptions options = shuffled(30, 7);
  const std::vector<int64_t> plain = samples_of(EpochPlan(options, 0));
  options.repeats = 3;
  const EpochPlan plan(options, 0);
  const std::vector<int64_t> repeated = samples_of(plan);
  REQUIRE(repeated.size() == 30);
  for (size_t i = 0; i < repeated.size(); ++i) CHECK(repeated[i] == plain[i / 3]);
  const std::vector<Draw> draws = plan.share_of(0);
  CHECK(draws[0].repeat == 0);
  CHECK(draws[2].repeat == 2);
  CHECK(draws[3].repeat == 0);
}

TEST_CASE("a plan that was never made has no batch") {
  CHECK(EpochPlan().batches() == 0);
}
