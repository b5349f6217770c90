// The weights of one axis of a resize, as Pillow forms them (libImaging/Resample.c, Pillow 2.7 to 13), and in
// the order in which the passes read them. Internal to transforms.
#pragma once

#include <cstdint>
#include <vector>

#include "zoo/manifest/preprocess.h"

namespace zoo {

// `source` pixels, of which [from, to) becomes `target` pixels, of which [first, first + count) are wanted.
struct ResampleAxis {
  int64_t source = 0;
  float from = 0, to = 0;
  int64_t target = 0;
  int64_t first = 0, count = 0;

  // Pillow skips the pass of an axis that stays as it is.
  bool stays() const { return target == source && from == 0 && to == static_cast<float>(target); }
};

constexpr int kWeightBits = 32 - 8 - 2;
constexpr int32_t kWeightHalf = 1 << (kWeightBits - 1);

// For each wanted pixel: `count[i]` source pixels from `start[i]` on, weighted by weights + i * taps.
struct ResampleKernel {
  int64_t taps = 0;
  std::vector<int64_t> start, count;
  std::vector<int32_t> weights;

  int64_t first_source() const;  // the first source pixel that any wanted one reads
  int64_t last_source() const;   // one behind the last
};

// Not for nearest, which weighs nothing.
ResampleKernel make_resample_kernel(const ResampleAxis& axis, Interpolation interpolation);

// Source pixel of each wanted one for nearest, or -1 for none.
std::vector<int64_t> nearest_sources(const ResampleAxis& axis);

// Note [22-bit weights in 16-bit products]. A weight w is kept as high * 2^16 + low, both signed 16-bit
// numbers. The processor multiplies 16-bit numbers by pairs and adds the two products (pmaddwd), which is
// exact for 8-bit pixels; (sum of highs << 16) + sum of lows is then Pillow's 32-bit sum to the last bit, as
// everything is modulo 2^32. Two such products serve two taps, where 32-bit ones (pmulld) would need two that
// are slower.
struct WeightPair {
  int32_t high = 0, low = 0;  // of two taps each: the first in the lower 16 bits
};
WeightPair pair_weights(int32_t first, int32_t second);

}  // namespace zoo
