#include "transforms/random/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace zoo {
namespace {

constexpr uint32_t low(uint64_t value) {
  return static_cast<uint32_t>(value);
}
constexpr uint32_t high(uint64_t value) {
  return static_cast<uint32_t>(value >> 32);
}

}  // namespace

std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t first = uint64_t{0xD2511F53} * counter[0];
    const uint64_t second = uint64_t{0xCD9E8D57} * counter[2];
    counter = {high(second) ^ counter[1] ^ key[0], low(second), high(first) ^ counter[3] ^ key[1],
               low(first)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

RandomStream::RandomStream(uint64_t seed, uint64_t epoch, uint64_t sample, uint32_t op) {
  const auto mixed =
      philox4x32_10({low(epoch), high(epoch), low(sample), high(sample)}, {low(seed), high(seed)});
  key_ = {mixed[0], mixed[1]};
  counter_ = {0, op, mixed[2], mixed[3]};
}

uint32_t RandomStream::next_u32() {
  if (used_ == block_.size()) {
    block_ = philox4x32_10(counter_, key_);
    if (++counter_[0] == 0) ++counter_[3];
    used_ = 0;
  }
  return block_[used_++];
}

uint64_t RandomStream::next_u64() {
  const uint64_t first = next_u32();
  return first << 32 | next_u32();
}

double RandomStream::uniform() {
  return static_cast<double>(next_u64() >> 11) * 0x1p-53;
}

double RandomStream::uniform(double from, double to) {
  const double value = from + (to - from) * uniform();
  return value < to ? value : std::max(from, std::nextafter(to, from));
}

int64_t RandomStream::below(int64_t bound) {
  const auto n = static_cast<uint64_t>(bound);
  const uint64_t rejected =
      (0 - n) % n;  // 2^64 mod n: the lowest values, which would make some remainders likelier
  uint64_t value = next_u64();
  while (value < rejected) value = next_u64();
  return static_cast<int64_t>(value % n);
}

double RandomStream::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace zoo
