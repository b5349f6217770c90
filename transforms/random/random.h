// Counter-based random numbers: every draw is a pure function of (seed, epoch, sample, op), so a batch is the
// same for any number of threads or ranks, and after a resume.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace zoo {

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): one block of 128
// random bits.
std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// One stream of draws. The seed keys a first block, which turns (epoch, sample) into the stream's own key.
class RandomStream {
 public:
  RandomStream(uint64_t seed, uint64_t epoch, uint64_t sample, uint32_t op);
  uint32_t next_u32();
  double uniform();                         // [0, 1), 53 bits
  double uniform(double low, double high);  // [low, high)
  int64_t below(int64_t bound);             // 0 .. bound-1, unbiased; bound >= 1
  double normal();                          // standard normal (Box-Muller)

 private:
  uint64_t next_u64();

  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;
  std::array<uint32_t, 4> block_{};
  size_t used_ = 4;
};

}  // namespace zoo
