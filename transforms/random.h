// Counter-based random numbers: every draw is a pure function of (seed, epoch, sample, op), so a batch is the same for
// any number of threads or ranks, and after a resume.
#pragma once

#include <cstdint>

namespace zoo {

// Philox4x32-10 (Salmon et al., SC 2011).
class RandomStream {
 public:
  RandomStream(uint64_t seed, uint64_t epoch, uint64_t sample, uint32_t op);
  uint32_t next_u32();
  double uniform();                          // [0, 1), 53 bits
  double uniform(double low, double high);   // [low, high)
  int64_t below(int64_t bound);              // 0 .. bound-1, unbiased; bound >= 1
  double normal();                           // standard normal (Box-Muller)

 private:
  uint32_t key_[2];
  uint32_t counter_[4];
  uint32_t block_[4]{};
  int used_ = 4;
};

}  // namespace zoo
