#include "transforms/random/random.h"

#include <cmath>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

using namespace zoo;

TEST_CASE("philox4x32_10 gives the known answers of the Random123 distribution") {
  using Block = std::array<uint32_t, 4>;
  constexpr uint32_t kOnes = 0xFFFFFFFF;
  CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32_10({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream repeats itself, and any other key part gives another stream") {
  const auto first_draw = [](uint64_t seed, uint64_t epoch, uint64_t sample, uint32_t op) {
    return RandomStream(seed, epoch, sample, op).next_u32();
  };
  CHECK(first_draw(1, 2, 3, 4) == first_draw(1, 2, 3, 4));
  constexpr uint64_t kHigh = uint64_t{1} << 32;
  const std::set<uint32_t> draws{first_draw(1, 2, 3, 4),         first_draw(2, 2, 3, 4),
                                 first_draw(1, 3, 3, 4),         first_draw(1, 2, 4, 4),
                                 first_draw(1, 2, 3, 5),         first_draw(1 + kHigh, 2, 3, 4),
                                 first_draw(1, 2 + kHigh, 3, 4), first_draw(1, 2, 3 + kHigh, 4)};
  CHECK(draws.size() == 8);
}

TEST_CASE("uniform numbers fill their range evenly") {
  RandomStream random(7, 0, 0, 0);
  constexpr int kDraws = 100000;
  double sum = 0, low = 1, high = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.uniform();
    sum += value;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  CHECK(low >= 0);
  CHECK(high < 1);
  CHECK(low < 0.001);
  CHECK(high > 0.999);
  CHECK(sum / kDraws == Approx(0.5).margin(0.005));  // five standard errors
}

TEST_CASE("a uniform number never reaches the upper end, however narrow the range") {
  RandomStream random(7, 0, 0, 1);
  const double low = 1.0, high = std::nextafter(1.0, 2.0);
  for (int i = 0; i < 100; ++i) REQUIRE(random.uniform(low, high) == low);
  CHECK(random.uniform(0.5, 0.5) == 0.5);
}

TEST_CASE("below gives each number equally often") {
  const int64_t bound = GENERATE(1, 2, 3, 10);
  RandomStream random(3, 1, 0, 2);
  std::vector<int> counts(static_cast<size_t>(bound));
  constexpr int kDraws = 60000;
  for (int i = 0; i < kDraws; ++i) ++counts.at(static_cast<size_t>(random.below(bound)));
  const double expected = static_cast<double>(kDraws) / static_cast<double>(bound);
  for (const int count : counts) CHECK(std::abs(count - expected) < 5 * std::sqrt(expected) + 1);
}

TEST_CASE("normal numbers have mean 0 and variance 1") {
  RandomStream random(5, 0, 9, 3);
  constexpr int kDraws = 100000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }
  CHECK(sum / kDraws == Approx(0).margin(0.016));  // five standard errors
  CHECK(squares / kDraws == Approx(1).margin(0.0225));
}
