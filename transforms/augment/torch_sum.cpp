#include "transforms/augment/torch_sum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace zoo {
namespace {

template <size_t kLanes>
float sum_in_lanes(std::span<const float> values) {
  constexpr size_t kStrands = 4, kLevels = 4;
  using Block = std::array<float, kStrands * kLanes>;
  const auto add = [](Block& sums, const float* numbers) {
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += numbers[i];
  };
  const size_t vectors = values.size() / kLanes, rounds = vectors / kStrands;
  const size_t log2 = rounds > 1 ? static_cast<size_t>(std::bit_width(rounds - 1)) : 0;  // rounded up
  const size_t level_bits = std::max<size_t>(4, log2 / kLevels);
  std::array<Block, kLevels> levels{};
  for (size_t round = 0; round < rounds;) {
    add(levels[0], &values[round * kStrands * kLanes]);
    ++round;
    for (size_t level = 1; level < kLevels && round % (size_t{1} << (level * level_bits)) == 0; ++level) {
      add(levels[level], levels[level - 1].data());
      levels[level - 1] = {};
    }
  }
  Block& sums = levels[0];
  for (size_t level = 1; level < kLevels; ++level) add(sums, levels[level].data());
  for (size_t i = rounds * kStrands * kLanes; i < vectors * kLanes; ++i) sums[i % kLanes] += values[i];
  for (size_t i = kLanes; i < sums.size(); ++i) sums[i % kLanes] += sums[i];
  float sum = 0;
  for (size_t i = vectors * kLanes; i < values.size(); ++i) sum += values[i];
  for (size_t lane = 0; lane < kLanes; ++lane) sum += sums[lane];
  return sum;
}

}  // namespace

float torch_sum(std::span<const float> values) {
  return values.size() < 8 ? sum_in_lanes<1>(values) : sum_in_lanes<8>(values);
}

}  // namespace zoo
