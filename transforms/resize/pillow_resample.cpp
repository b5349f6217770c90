#include "transforms/resize/pillow_resample.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

namespace zoo {
namespace {

int64_t round_up(int64_t value, int64_t step) {
  return (value + step - 1) / step * step;
}

// What a thread keeps from one picture to the next: fresh pages cost more than the arithmetic.
struct Scratch {
  std::vector<uint8_t> rows, padded;
};

uint8_t* at_least(std::vector<uint8_t>& buffer, int64_t bytes) {
  if (static_cast<int64_t>(buffer.size()) < bytes) buffer.resize(static_cast<size_t>(bytes));
  return buffer.data();
}

// The horizontal pass of rows whose first pixel is number `left` of the picture and that hold `width`.
class HorizontalPass {
 public:
  HorizontalPass(const ResampleKernel& kernel, int64_t left, int64_t width, int64_t channels) {
    const auto count = static_cast<int64_t>(kernel.start.size());
    const int64_t longest = *std::max_element(kernel.count.begin(), kernel.count.end());
    const int64_t groups = round_up(longest, kTapsAtOnce) / kTapsAtOnce, taps = groups * kTapsAtOnce;
    start_.resize(static_cast<size_t>(count));
    groups_.resize(static_cast<size_t>(count * groups));
    std::vector<int32_t> padded(static_cast<size_t>(taps));
    for (int64_t x = 0; x < count; ++x) {
      const int64_t wanted = kernel.start[static_cast<size_t>(x)] - left;
      // Taps of weight 0 come in front where they would read behind the row.
      const int64_t start = std::max<int64_t>(0, std::min(wanted, width - taps));
      std::fill(padded.begin(), padded.end(), 0);
      std::copy_n(kernel.weights.begin() + x * kernel.taps, kernel.count[static_cast<size_t>(x)],
                  padded.begin() + (wanted - start));
      start_[static_cast<size_t>(x)] = static_cast<int32_t>(start);
      for (int64_t g = 0; g < groups; ++g) {
        const int32_t* weight = padded.data() + g * kTapsAtOnce;
        const WeightPair first = pair_weights(weight[0], weight[1]),
                         second = pair_weights(weight[2], weight[3]);
        groups_[static_cast<size_t>(x * groups + g)] = {{first.high, second.high}, {first.low, second.low}};
      }
    }
    weights_ = {count, channels, groups, start_.data(), groups_.data()};
    row_bytes_ = std::max(width, taps) * channels + kRowSlack;
  }
  HorizontalPass(const HorizontalPass&) = delete;
  HorizontalPass& operator=(const HorizontalPass&) = delete;

  const HorizontalWeights& weights() const { return weights_; }
  int64_t row_bytes() const { return row_bytes_; }  // that a pass may read of a row

 private:
  std::vector<int32_t> start_;
  std::vector<TapGroup> groups_;
  HorizontalWeights weights_;
  int64_t row_bytes_ = 0;
};

// The vertical pass: which rows make row y, an even number of them, and their weights.
class VerticalPass {
 public:
  explicit VerticalPass(const ResampleKernel& kernel)
      : kernel_(kernel), pairs_per_row_((kernel.taps + 1) / 2) {
    const auto count = static_cast<int64_t>(kernel.start.size());
    pairs_.resize(static_cast<size_t>(count * pairs_per_row_));
    for (int64_t y = 0; y < count; ++y) {
      const int32_t* weight = kernel.weights.data() + y * kernel.taps;
      const int64_t taps = kernel.count[static_cast<size_t>(y)];
      for (int64_t k = 0; k < taps; k += 2) {
        pairs_[static_cast<size_t>(y * pairs_per_row_ + k / 2)] =
            pair_weights(weight[k], k + 1 < taps ? weight[k + 1] : 0);
      }
    }
  }

  int64_t first(int64_t y) const { return kernel_.start[static_cast<size_t>(y)]; }
  int64_t last(int64_t y) const { return first(y) + kernel_.count[static_cast<size_t>(y)]; }
  int64_t most_rows() const { return *std::max_element(kernel_.count.begin(), kernel_.count.end()); }

  // row_of(i) is the picture's row number i.
  template <typename RowOf>
  void run(const ResamplePasses& passes, int64_t y, RowOf row_of, uint8_t* to, int64_t bytes) {
    rows_.clear();
    for (int64_t row = first(y); row < last(y); ++row) rows_.push_back(row_of(row));
    if (rows_.size() % 2 != 0) rows_.push_back(rows_.back());
    passes.vertical(rows_.data(), pairs_.data() + y * pairs_per_row_, static_cast<int64_t>(rows_.size()), to,
                    bytes);
  }

 private:
  const ResampleKernel& kernel_;
  int64_t pairs_per_row_;
  std::vector<WeightPair> pairs_;
  std::vector<const uint8_t*> rows_;
};

class Resample {
 public:
  Resample(const ImagePart& part, const ResamplePasses& passes, uint8_t* to, int64_t stride)
      : image_(part.image), left_(part.left), top_(part.top), passes_(passes), to_(to), stride_(stride) {}

  void copy(const ResampleAxis& x, const ResampleAxis& y) {
    for (int64_t row = 0; row < y.count; ++row) {
      std::copy_n(pixel(x.first, y.first + row), x.count * image_.channels, to_ + row * stride_);
    }
  }

  void vertical_only(const ResampleAxis& x, const ResampleKernel& rows) {
    VerticalPass vertical(rows);
    const auto count = static_cast<int64_t>(rows.start.size());
    for (int64_t y = 0; y < count; ++y) {
      vertical.run(
          passes_, y, [&](int64_t row) { return pixel(x.first, row); }, to_ + y * stride_,
          x.count * image_.channels);
    }
  }

  void horizontal_only(const ResampleKernel& columns, const ResampleAxis& y) {
    const HorizontalPass horizontal(columns, left_, image_.width, image_.channels);
    const int64_t bytes = horizontal.weights().width * image_.channels, pitch = bytes + kRowSlack;
    uint8_t* const rows = at_least(scratch().rows, kMostRows * pitch);
    for (int64_t row = 0; row < y.count; row += kMostRows) {
      const int64_t count = std::min(kMostRows, y.count - row);
      uint8_t* targets[kMostRows];
      for (int64_t i = 0; i < count; ++i) targets[i] = rows + i * pitch;
      narrow(horizontal, y.first + row, count, targets);
      for (int64_t i = 0; i < count; ++i)
        std::memcpy(to_ + (row + i) * stride_, targets[i], static_cast<size_t>(bytes));
    }
  }

  // Narrowed rows live in a ring that is as long as one output row needs, so they stay in the nearest cache.
  void horizontal_first(const ResampleKernel& columns, const ResampleKernel& rows) {
    const HorizontalPass horizontal(columns, left_, image_.width, image_.channels);
    VerticalPass vertical(rows);
    const int64_t bytes = horizontal.weights().width * image_.channels,
                  pitch = round_up(bytes + kRowSlack, 64);
    const int64_t length = vertical.most_rows() + kMostRows, end = rows.last_source();
    uint8_t* const ring = at_least(scratch().rows, length * pitch);
    const auto slot = [&](int64_t row) { return ring + row % length * pitch; };
    int64_t done = rows.first_source();
    const auto count = static_cast<int64_t>(rows.start.size());
    for (int64_t y = 0; y < count; ++y) {
      done = std::max(done, vertical.first(y));
      while (done < vertical.last(y)) {
        const int64_t some = std::min(kMostRows, end - done);
        uint8_t* targets[kMostRows];
        for (int64_t i = 0; i < some; ++i) targets[i] = slot(done + i);
        narrow(horizontal, done, some, targets);
        done += some;
      }
      vertical.run(passes_, y, slot, to_ + y * stride_, bytes);
    }
  }

  void vertical_first(const ResampleKernel& columns, const ResampleKernel& rows) {
    const int64_t left = columns.first_source(), width = columns.last_source() - left;
    const HorizontalPass horizontal(columns, left, width, image_.channels);
    VerticalPass vertical(rows);
    const int64_t low_pitch = round_up(horizontal.row_bytes(), 64),
                  bytes = horizontal.weights().width * image_.channels;
    const int64_t pitch = round_up(bytes + kRowSlack, 64);
    uint8_t* const low = at_least(scratch().rows, kMostRows * (low_pitch + pitch));
    uint8_t* const narrowed = low + kMostRows * low_pitch;
    const auto count = static_cast<int64_t>(rows.start.size());
    for (int64_t y = 0; y < count; y += kMostRows) {
      const int64_t some = std::min(kMostRows, count - y);
      const uint8_t* sources[kMostRows];
      uint8_t* targets[kMostRows];
      for (int64_t i = 0; i < some; ++i) {
        vertical.run(
            passes_, y + i, [&](int64_t row) { return pixel(left, row); }, low + i * low_pitch,
            width * image_.channels);
        sources[i] = low + i * low_pitch;
        targets[i] = narrowed + i * pitch;
      }
      passes_.horizontal(sources, targets, some, horizontal.weights());
      for (int64_t i = 0; i < some; ++i)
        std::memcpy(to_ + (y + i) * stride_, targets[i], static_cast<size_t>(bytes));
    }
  }

 private:
  static Scratch& scratch() {
    thread_local Scratch own;
    return own;
  }

  const uint8_t* pixel(int64_t x, int64_t y) const {
    return image_.row(y - top_) + (x - left_) * image_.channels;
  }

  // Rows at the end of the picture are copied to where there is something behind them.
  void narrow(const HorizontalPass& horizontal, int64_t first, int64_t count, uint8_t* const* targets) {
    const int64_t row_bytes = image_.width * image_.channels, wanted = horizontal.row_bytes();
    const int64_t whole = static_cast<int64_t>(image_.pixels.size());
    uint8_t* const padded = at_least(scratch().padded, kMostRows * wanted);
    const uint8_t* sources[kMostRows];
    for (int64_t i = 0; i < count; ++i) {
      const int64_t row = first + i - top_;
      sources[i] = image_.row(row);
      if (row * row_bytes + wanted <= whole) continue;
      std::memcpy(padded + i * wanted, sources[i], static_cast<size_t>(row_bytes));
      std::memset(padded + i * wanted + row_bytes, 0, static_cast<size_t>(wanted - row_bytes));
      sources[i] = padded + i * wanted;
    }
    passes_.horizontal(sources, targets, count, horizontal.weights());
  }

  const Image& image_;
  int64_t left_, top_;
  const ResamplePasses& passes_;
  uint8_t* to_;
  int64_t stride_;
};

template <int64_t kChannels>
void pick(const uint8_t* from, const std::vector<int64_t>& columns, uint8_t* to) {
  for (const int64_t column : columns) {
    if (column >= 0) std::memcpy(to, from + column * kChannels, kChannels);
    if (column < 0) std::memset(to, 0, kChannels);
    to += kChannels;
  }
}

void resample_nearest(const ImagePart& part, const ResampleAxis& x, const ResampleAxis& y, uint8_t* to,
                      int64_t stride) {
  constexpr decltype(&pick<1>) kPicks[kMostChannels] = {pick<1>, pick<2>, pick<3>, pick<4>};
  const std::vector<int64_t> columns = nearest_sources(x), rows = nearest_sources(y);
  const int64_t channels = part.image.channels;
  for (const int64_t row : rows) {
    if (row < 0) {
      std::memset(to, 0, static_cast<size_t>(x.count * channels));
    } else {
      kPicks[channels - 1](part.image.row(row - part.top) - part.left * channels, columns, to);
    }
    to += stride;
  }
}

// Note [which pass comes first]. Each pass rounds to 8 bits, so the order shows in the result. Up to 12.x
// Pillow always began with the horizontal one; 13 begins with the vertical one where that shrinks the
// picture much more, by this rule on the sizes of the whole picture (found by experiment, 5472 random sizes
// and boxes without an exception).
bool is_vertical_first(const ResampleAxis& x, const ResampleAxis& y) {
  return y.target < y.source && y.source - y.target > 2 * (x.source - x.target);
}

}  // namespace

SourceRange pillow_source(const ResampleAxis& axis, Interpolation interpolation) {
  if (interpolation == Interpolation::nearest) {
    const std::vector<int64_t> sources = nearest_sources(axis);
    const auto first = std::ranges::find_if(sources, [](int64_t source) { return source >= 0; });
    if (first == sources.end()) return {0, 1};
    return {*first, *std::ranges::max_element(sources) + 1};
  }
  if (axis.stays()) return {axis.first, axis.first + axis.count};
  const ResampleKernel kernel = make_resample_kernel(axis, interpolation);
  return {kernel.first_source(), kernel.last_source()};
}

void pillow_resample(const ImagePart& part, const ResampleAxis& x, const ResampleAxis& y,
                     Interpolation interpolation, uint8_t* to, int64_t stride, const ResamplePasses& passes) {
  if (interpolation == Interpolation::nearest) return resample_nearest(part, x, y, to, stride);
  Resample resample(part, passes, to, stride);
  if (x.stays() && y.stays()) return resample.copy(x, y);
  if (x.stays()) return resample.vertical_only(x, make_resample_kernel(y, interpolation));
  const ResampleKernel columns = make_resample_kernel(x, interpolation);
  if (y.stays()) return resample.horizontal_only(columns, y);
  const ResampleKernel rows = make_resample_kernel(y, interpolation);
  if (is_vertical_first(x, y)) return resample.vertical_first(columns, rows);
  resample.horizontal_first(columns, rows);
}

}  // namespace zoo
