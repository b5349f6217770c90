// The passes for vectors of 16, 32 or 64 bytes. Included by one file an instruction set, which says what an
// operation is there; in an unnamed namespace, so that each file keeps its own.
#pragma once

#include <cstdint>
#include <cstring>

#include "transforms/resize/resample_passes.h"

namespace zoo {
namespace {

constexpr uint8_t kZero = 0x80;  // pshufb gives 0

// 16-bit numbers, the channels' first two taps: [R0 R1 G0 G1 B0 B1 ..] of R0 G0 B0 R1 G1 B1 ... The other two
// taps are 2 * channels bytes further on.
struct Shuffles {
  alignas(16) uint8_t first[16], second[16], narrow[16];
};

Shuffles make_shuffles(int64_t channels) {
  Shuffles shuffles;
  for (int64_t i = 0; i < 16; ++i) {
    const int64_t channel = i / 4, tap = i / 2 % 2;
    const bool used = channel < channels && i % 2 == 0;
    const auto byte = static_cast<uint8_t>(channel + channels * tap);
    shuffles.first[i] = used ? byte : kZero;
    shuffles.second[i] = used ? static_cast<uint8_t>(byte + 2 * channels) : kZero;
    const bool kept = i < 4 * channels;  // four pixels of four bytes become four of `channels`
    shuffles.narrow[i] = kept ? static_cast<uint8_t>(i / channels * 4 + i % channels) : kZero;
  }
  return shuffles;
}

// Sums of one output pixel, for each of V::kBlocks rows.
template <class V>
typename V::Vector resample_pixel(const uint8_t* const* from, int64_t offset, const TapGroup* group,
                                  int64_t groups, const V& v, int64_t step) {
  auto high = V::zero(), low = V::all(kWeightHalf);
  for (int64_t g = 0; g < groups; ++g, ++group, offset += step) {
    const auto bytes = V::rows(from, offset);
    const auto first = V::shuffle(bytes, v.first), second = V::shuffle(bytes, v.second);
    high = V::add(high, V::multiply_pairs(first, V::all(group->high[0])));
    low = V::add(low, V::multiply_pairs(first, V::all(group->low[0])));
    high = V::add(high, V::multiply_pairs(second, V::all(group->high[1])));
    low = V::add(low, V::multiply_pairs(second, V::all(group->low[1])));
  }
  return V::finish(high, low);
}

template <class V>
void resample_rows(const uint8_t* const* from, uint8_t* const* to, const HorizontalWeights& weights,
                   const V& v) {
  const int64_t channels = weights.channels, groups = weights.groups, step = kTapsAtOnce * channels;
  const TapGroup* group = weights.weights;
  const int64_t last = weights.width - 1;
  for (int64_t x = 0; x < weights.width; x += 4) {
    typename V::Vector pixels[4];
    for (int64_t i = 0; i < 4; ++i) {
      const int64_t wanted = x + i < last ? x + i : last;
      pixels[i] =
          resample_pixel(from, weights.start[wanted] * channels, group + wanted * groups, groups, v, step);
    }
    const auto bytes = V::narrow(pixels[0], pixels[1], pixels[2], pixels[3]);
    V::store_rows(V::shuffle(bytes, v.narrow_pixels), to, x * channels);
  }
}

template <class V>
void horizontal(const uint8_t* const* from, uint8_t* const* to, int64_t rows,
                const HorizontalWeights& weights) {
  const Shuffles shuffles = make_shuffles(weights.channels);
  const V v(shuffles);
  for (int64_t row = 0; row < rows; row += V::kBlocks) {
    const uint8_t* sources[V::kBlocks];
    uint8_t* targets[V::kBlocks];
    for (int64_t i = 0; i < V::kBlocks; ++i) {  // what is missing is done twice
      sources[i] = from[row + i < rows ? row + i : rows - 1];
      targets[i] = to[row + i < rows ? row + i : rows - 1];
    }
    resample_rows(sources, targets, weights, v);
  }
}

template <class V>
void resample_columns(const uint8_t* const* from, const WeightPair* weights, int64_t rows, uint8_t* to,
                      int64_t offset) {
  typename V::Vector high[4], low[4];
  for (int i = 0; i < 4; ++i) high[i] = V::zero(), low[i] = V::all(kWeightHalf);
  for (int64_t row = 0; row < rows; row += 2) {
    const auto high_weight = V::all(weights[row / 2].high), low_weight = V::all(weights[row / 2].low);
    typename V::Vector pixels[4];
    V::widen_pairs(V::load(from[row] + offset), V::load(from[row + 1] + offset), pixels);
    for (int i = 0; i < 4; ++i) {
      high[i] = V::add(high[i], V::multiply_pairs(pixels[i], high_weight));
      low[i] = V::add(low[i], V::multiply_pairs(pixels[i], low_weight));
    }
  }
  V::store(V::narrow(V::finish(high[0], low[0]), V::finish(high[1], low[1]), V::finish(high[2], low[2]),
                     V::finish(high[3], low[3])),
           to + offset);
}

template <class V>
void vertical(const uint8_t* const* from, const WeightPair* weights, int64_t rows, uint8_t* to,
              int64_t bytes) {
  if (bytes < V::kBytes) return kPlainPasses.vertical(from, weights, rows, to, bytes);
  int64_t offset = 0;
  for (; offset + V::kBytes <= bytes; offset += V::kBytes)
    resample_columns<V>(from, weights, rows, to, offset);
  if (offset < bytes) resample_columns<V>(from, weights, rows, to, bytes - V::kBytes);  // some a second time
}

}  // namespace
}  // namespace zoo
