// The two passes of a resize for each instruction set. Which one runs is chosen once, at run time; all give
// the same bytes. Internal to transforms.
#pragma once

#include <cstdint>
#include <span>

#include "transforms/resize/resample_kernel.h"

namespace zoo {

// See Note [22-bit weights in 16-bit products]. This header goes into files that are compiled for one
// instruction set each, so nothing here or there may be an inline function that other files have too.

constexpr int64_t kTapsAtOnce = 4;
constexpr int64_t kRowSlack = 16;  // bytes behind a row that a pass may read or write
constexpr int64_t kMostChannels = 4;
constexpr int64_t kMostRows = 4;  // that the horizontal pass takes at once

// Weights of four taps: pair 0 is of the first two, pair 1 of the others.
struct TapGroup {
  int32_t high[2], low[2];
};

// width output pixels; number x reads 4 * groups source pixels from start[x] on.
struct HorizontalWeights {
  int64_t width = 0, channels = 3, groups = 0;
  const int32_t* start = nullptr;
  const TapGroup* weights = nullptr;  // groups of pixel 0, then of pixel 1, ...
};

struct ResamplePasses {
  const char* name = "";
  // Up to kMostRows rows. kRowSlack bytes behind the last pixel read of each row in from are readable; as
  // many behind each in to are overwritten.
  void (*horizontal)(const uint8_t* const* from, uint8_t* const* to, int64_t rows,
                     const HorizontalWeights& weights) = nullptr;
  // An even number of rows of so many bytes becomes one; two rows have one pair of weights.
  void (*vertical)(const uint8_t* const* from, const WeightPair* weights, int64_t rows, uint8_t* to,
                   int64_t bytes) = nullptr;
};

extern const ResamplePasses kPlainPasses;
#if defined(__x86_64__)
extern const ResamplePasses kSse41Passes, kAvx2Passes, kAvx512Passes;
#endif

// All that this processor can run, the plain one first, the fastest last.
std::span<const ResamplePasses* const> available_resample_passes();

}  // namespace zoo
