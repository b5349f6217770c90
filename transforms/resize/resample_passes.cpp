#include "transforms/resize/resample_passes.h"

#include <algorithm>
#include <vector>

namespace zoo {
namespace {

int32_t upper(int32_t pair) {
  return pair >> 16;
}

int32_t lower(int32_t pair) {
  return static_cast<int16_t>(pair & 0xFFFF);
}

int32_t whole(int32_t high, int32_t low) {
  return high * (1 << 16) + low;
}

uint8_t clip(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

void resample_row(const uint8_t* from, uint8_t* to, const HorizontalWeights& weights) {
  const int64_t channels = weights.channels;
  const TapGroup* group = weights.weights;
  for (int64_t x = 0; x < weights.width; ++x) {
    const uint8_t* pixel = from + weights.start[x] * channels;
    int32_t sum[kMostChannels] = {kWeightHalf, kWeightHalf, kWeightHalf, kWeightHalf};
    for (int64_t g = 0; g < weights.groups; ++g, ++group) {
      for (int64_t pair = 0; pair < 2; ++pair, pixel += 2 * channels) {
        const int32_t first = whole(lower(group->high[pair]), lower(group->low[pair]));
        const int32_t second = whole(upper(group->high[pair]), upper(group->low[pair]));
        for (int64_t c = 0; c < channels; ++c) sum[c] += pixel[c] * first + pixel[channels + c] * second;
      }
    }
    for (int64_t c = 0; c < channels; ++c) to[x * channels + c] = clip(sum[c]);
  }
}

void horizontal(const uint8_t* const* from, uint8_t* const* to, int64_t rows,
                const HorizontalWeights& weights) {
  for (int64_t row = 0; row < rows; ++row) resample_row(from[row], to[row], weights);
}

void vertical(const uint8_t* const* from, const WeightPair* weights, int64_t rows, uint8_t* to,
              int64_t bytes) {
  constexpr int64_t kBlock = 64;
  for (int64_t begin = 0; begin < bytes; begin += kBlock) {
    const int64_t length = std::min(kBlock, bytes - begin);
    int32_t sum[kBlock];
    std::fill_n(sum, kBlock, kWeightHalf);
    for (int64_t row = 0; row < rows; row += 2) {
      const WeightPair& pair = weights[row / 2];
      const int32_t first = whole(lower(pair.high), lower(pair.low));
      const int32_t second = whole(upper(pair.high), upper(pair.low));
      const uint8_t *a = from[row] + begin, *b = from[row + 1] + begin;
      for (int64_t i = 0; i < length; ++i) sum[i] += a[i] * first + b[i] * second;
    }
    for (int64_t i = 0; i < length; ++i) to[begin + i] = clip(sum[i]);
  }
}

std::vector<const ResamplePasses*> find_available() {
  std::vector<const ResamplePasses*> passes{&kPlainPasses};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.1")) passes.push_back(&kSse41Passes);
  if (__builtin_cpu_supports("avx2")) passes.push_back(&kAvx2Passes);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    passes.push_back(&kAvx512Passes);
#endif
  return passes;
}

}  // namespace

const ResamplePasses kPlainPasses{"plain", horizontal, vertical};

std::span<const ResamplePasses* const> available_resample_passes() {
  static const std::vector<const ResamplePasses*> passes = find_available();
  return passes;
}

}  // namespace zoo
