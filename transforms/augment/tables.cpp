#include "transforms/augment/tables.h"

#include <algorithm>
#include <numeric>

#include "transforms/augment/blend.h"

namespace zoo {
namespace {

ByteTable identity() {
  ByteTable table;
  std::iota(table.begin(), table.end(), uint8_t{0});
  return table;
}

template <typename Function>
ByteTable table_of(Function function) {
  ByteTable table{};
  for (int value = 0; value < 256; ++value) table[static_cast<size_t>(value)] = function(value);
  return table;
}

ByteTable equalizing(const Histogram& counts) {
  const auto last = std::find_if(counts.rbegin(), counts.rend(), [](int64_t n) { return n > 0; });
  const int64_t all = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  const int64_t step = (all - *last) / 255;  // 0 too where there is one value alone
  if (step == 0) return identity();
  int64_t n = step / 2;
  return table_of([&](int value) {
    const auto mapped = static_cast<uint8_t>(std::min<int64_t>(n / step, 255));
    n += counts[static_cast<size_t>(value)];
    return mapped;
  });
}

ByteTable stretching(const Histogram& counts) {
  const auto used = [](int64_t n) { return n > 0; };
  const auto low = static_cast<int>(std::find_if(counts.begin(), counts.end(), used) - counts.begin());
  const auto high =
      255 - static_cast<int>(std::find_if(counts.rbegin(), counts.rend(), used) - counts.rbegin());
  if (high <= low) return identity();
  const double scale = 255.0 / (high - low), offset = -low * scale;
  return table_of([&](int value) {
    return static_cast<uint8_t>(std::clamp(static_cast<int>(value * scale + offset), 0, 255));
  });
}

template <typename MakeTable>
void map_by_histogram(Image& image, MakeTable make) {
  const std::array<Histogram, 3> counts = histograms(image);
  apply_tables(image, {make(counts[0]), make(counts[1]), make(counts[2])});
}

void blend_from(Image& image, uint8_t degenerate, float factor) {
  apply_table(image, table_of([&](int value) {
                return factor == 0.0F ? degenerate : blend(degenerate, static_cast<uint8_t>(value), factor);
              }));
}

// The mean of the grey picture, rounded half up.
uint8_t mean_grey(const Image& image) {
  const uint8_t* from = image.pixels.data();
  const int64_t count = image.width * image.height;
  int64_t sum = 0;
  for (int64_t i = 0; i < count; ++i, from += 3) sum += grey(from[0], from[1], from[2]);
  const double raised = static_cast<double>(sum) / static_cast<double>(count) + 0.5;
  return static_cast<uint8_t>(raised);
}

}  // namespace

void apply_table(Image& image, const ByteTable& table) {
  for (uint8_t& value : image.pixels) value = table[value];
}

void apply_tables(Image& image, const std::array<ByteTable, 3>& of_channel) {
  uint8_t* pixel = image.pixels.data();
  const uint8_t* const end = pixel + image.pixels.size();
  for (; pixel < end; pixel += 3) {
    for (size_t c = 0; c < 3; ++c) pixel[c] = of_channel[c][pixel[c]];
  }
}

std::array<Histogram, 3> histograms(const Image& image) {
  // Two sets, so that runs of one value do not wait for their own store.
  std::array<std::array<uint32_t, 256>, 6> counts{};
  const uint8_t* from = image.pixels.data();
  const uint8_t* const end = from + image.pixels.size();
  for (; end - from >= 6; from += 6) {
    for (size_t i = 0; i < 6; ++i) ++counts[i][from[i]];
  }
  for (size_t i = 0; from < end; ++from, ++i) ++counts[i][*from];
  std::array<Histogram, 3> sums{};
  for (size_t c = 0; c < 3; ++c) {
    for (size_t v = 0; v < 256; ++v) sums[c][v] = int64_t{counts[c][v]} + counts[c + 3][v];
  }
  return sums;
}

void invert(Image& image) {
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(~value);
}

void solarize(Image& image, double threshold) {
  apply_table(image, table_of([&](int value) {
                return static_cast<uint8_t>(value < threshold ? value : 255 - value);
              }));
}

void solarize_add(Image& image, int64_t add) {
  apply_table(image, table_of([&](int value) {
                return static_cast<uint8_t>(value < 128 ? std::min<int64_t>(value + add, 255) : value);
              }));
}

void posterize(Image& image, int64_t bits) {
  if (bits >= 8) return;
  const auto mask = static_cast<uint8_t>(0xFF << (8 - bits));
  for (uint8_t& value : image.pixels) value &= mask;
}

void equalize(Image& image) {
  map_by_histogram(image, equalizing);
}

void autocontrast(Image& image) {
  map_by_histogram(image, stretching);
}

void adjust_brightness(Image& image, double factor) {
  const auto single = static_cast<float>(factor);
  if (single != 1.0F) blend_from(image, 0, single);
}

void adjust_contrast(Image& image, double factor) {
  const auto single = static_cast<float>(factor);
  if (single != 1.0F) blend_from(image, mean_grey(image), single);
}

}  // namespace zoo
