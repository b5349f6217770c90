#include "transforms/decode/jpeg_scan.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace zoo {
namespace {

constexpr uint8_t kMarker = 0xFF, kStuffed = 0x00, kFirstRestart = 0xD0, kLastRestart = 0xD7, kEnd = 0xD9;

// The zeros behind the data: more than an MCU can take of them, whose blocks have 64 codes with their
// numbers.
constexpr size_t kMostBlocks = 6, kMostBits = 16 + 15;
constexpr size_t kSlack = kMostBlocks * 64 * (kMostBits + 1) / 8 + 64;

// The scan's bytes without stuffed ones and restart markers.
struct ScanData {
  std::vector<uint8_t> bytes;  // and kSlack zeros
  std::vector<size_t> ends;    // of the stretches between restart markers
};

std::optional<ScanData> unstuff(std::span<const uint8_t> data) {
  ScanData result{std::vector<uint8_t>(data.size() + kSlack), {}};
  const uint8_t* from = data.data();
  const uint8_t* const end = from + data.size();
  uint8_t* to = result.bytes.data();
  while (true) {
    const auto* marker =
        static_cast<const uint8_t*>(std::memchr(from, kMarker, static_cast<size_t>(end - from)));
    if (marker == nullptr || end - marker < 2) return std::nullopt;
    const auto count = static_cast<size_t>(marker - from);
    std::memcpy(to, from, count);
    to += count;
    from = marker + 2;
    const uint8_t code = marker[1];
    if (code == kStuffed) {
      *to++ = kMarker;
      continue;
    }
    result.ends.push_back(static_cast<size_t>(to - result.bytes.data()));
    if (code == kEnd) break;
    if (code < kFirstRestart || code > kLastRestart) return std::nullopt;
    if (code - kFirstRestart != static_cast<int>((result.ends.size() - 1) % 8)) return std::nullopt;
  }
  return result;
}

// Where the coefficients of a block go, which come along its diagonals; those that stand behind the last one
// in a damaged block do no harm.
constexpr std::array<uint8_t, 64 + 16> kOrder{0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                              12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                              35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                              58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
                                              63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63};

constexpr int kDamaged = 65, kLongestCode = 16, kSixteenZeros = 15;

// A block: its first coefficient is `dc` plus a number, the others are given to `keep` with their place in
// the file's order, which is beyond the last in a damaged block. Returns how many there are, zeros between
// them included; more than 64 where it is damaged.
template <typename Keep>
int read_block(BitReader& reader, const HuffmanTable& dc_table, const HuffmanTable& ac_table, int& dc,
               Keep keep) {
  BitReader bits = reader;  // in registers
  bits.refill();
  HuffmanSymbol symbol = dc_table.look_further(dc_table.look(bits), bits.peek(kLongestCode));
  if (symbol.bits == 0) return kDamaged;
  if (symbol.size > 0) dc += bits.number(symbol.code_bits, symbol.size);
  if (dc < std::numeric_limits<int16_t>::min() || dc > std::numeric_limits<int16_t>::max()) return kDamaged;
  bits.skip(symbol.bits);
  keep(0, static_cast<int16_t>(dc));
  int count = 1;
  const auto take = [&] {
    count += symbol.run;
    keep(count++, static_cast<int16_t>(bits.number(symbol.code_bits, symbol.size)));
    bits.skip(symbol.bits);
  };
  while (count < 64) {
    bits.refill();
    symbol = ac_table.look(bits);
    if (symbol.size > 0) {
      take();
      if (count >= 64) break;
      symbol = ac_table.look(bits);
      if (symbol.size > 0) {
        take();
        continue;
      }
      bits.refill();
    }
    symbol = ac_table.look_further(symbol, bits.peek(kLongestCode));
    if (symbol.bits == 0) return kDamaged;
    if (symbol.size > 0) {
      take();
    } else {
      bits.skip(symbol.bits);
      if (symbol.run != kSixteenZeros) break;
      count += 1 + kSixteenZeros;
    }
  }
  reader = bits;
  return count;
}

// Rows of a component's samples: those of two rows of MCUs, each taking the place of the one before the last.
class SampleRows {
 public:
  static constexpr size_t kMargin = 64;

  SampleRows() = default;
  SampleRows(int64_t width, int64_t rows_a_turn)
      : stride_(static_cast<size_t>(width) + 2 * kMargin),
        rows_(2 * rows_a_turn),
        samples_(stride_ * static_cast<size_t>(rows_) + kMargin) {}
  uint8_t* row(int64_t y) { return samples_.data() + static_cast<size_t>(y % rows_) * stride_ + kMargin; }
  ptrdiff_t stride() const { return static_cast<ptrdiff_t>(stride_); }

 private:
  size_t stride_ = 0;
  int64_t rows_ = 1;
  std::vector<uint8_t> samples_;
};

int64_t ceil_div(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

// A component as it comes out at the wanted scale.
struct Plane {
  const HuffmanTable *dc_table = nullptr, *ac_table = nullptr;
  const uint16_t* quantization = nullptr;
  int across = 1, down = 1;                // blocks in an MCU
  int side = 8;                            // of a block's samples
  int repeat_across = 1, repeat_down = 1;  // pixels of a sample
  int64_t width = 0, height = 0;           // samples that are not beyond the picture
  JpegKernels::InverseDct inverse_dct = nullptr;
  SampleRows rows;
  int dc = 0;
};

class ScanDecoder {
 public:
  ScanDecoder(const JpegScan& scan, const JpegKernels& kernels, const CropRect& window,
              const JpegScale& scale, Image& rgb)
      : scan_(scan),
        kernels_(kernels),
        window_(window),
        rgb_(rgb),
        planes_(static_cast<size_t>(scan.components)) {
    const int side = 8 / scale.denominator;
    mcu_width_ = scan.across * side;
    mcu_height_ = scan.down * side;
    mcus_across_ = ceil_div(scan.width, 8 * scan.across);
    mcus_down_ = ceil_div(scan.height, 8 * scan.down);
    for (size_t c = 0; c < planes_.size(); ++c) {
      const bool is_chroma = c > 0;
      Plane& plane = planes_[c];
      plane.dc_table = &scan.dc_tables[scan.component[c].dc_table];
      plane.ac_table = &scan.ac_tables[scan.component[c].ac_table];
      plane.quantization = scan.component[c].quantization.data();
      plane.across = is_chroma ? 1 : scan.across;
      plane.down = is_chroma ? 1 : scan.down;
      plane.repeat_across = is_chroma ? scan.across : 1;
      plane.repeat_down = is_chroma ? scan.down : 1;
      plane.side = side;
      // Chroma that has half the samples in both directions is made at twice the scale instead.
      if (side < 8 && plane.repeat_across == 2 && plane.repeat_down == 2) {
        plane.side *= 2;
        plane.repeat_across = plane.repeat_down = 1;
      }
      plane.width = ceil_div(scan.width * plane.side, 8 * (is_chroma ? scan.across : 1));
      plane.height = ceil_div(scan.height * plane.side, 8 * (is_chroma ? scan.down : 1));
      plane.inverse_dct = inverse_dct(plane.side);
      plane.rows = SampleRows(mcus_across_ * plane.across * plane.side, plane.down * plane.side);
    }
    // libjpeg does not interpolate what is that narrow.
    interpolates_ = !scale.plain_chroma && planes_.back().repeat_across == 2 && planes_.back().width > 2;
    needs_neighbours_ = interpolates_ && planes_.back().repeat_down == 2;
    for (std::vector<uint8_t>& row : chroma_)
      row.resize(static_cast<size_t>(window.width) + 4 * SampleRows::kMargin);
  }

  bool run() {
    const auto data = unstuff(scan_.data);
    if (!data || !right_number_of(data->ends.size())) return false;
    constexpr int64_t kBesideChroma = 2;  // pixels on which interpolated chroma depends
    const int64_t margin = interpolates_ ? kBesideChroma : 0, below = needs_neighbours_ ? 1 : 0;
    first_column_ = std::max<int64_t>(window_.left - margin, 0) / mcu_width_;
    last_column_ = std::min((window_.left + window_.width - 1 + margin) / mcu_width_, mcus_across_ - 1);
    const int64_t bottom = window_.top + window_.height;
    const int64_t first_row = std::max<int64_t>(window_.top - below, 0) / mcu_height_;
    const int64_t last_row = std::min((bottom - 1 + below) / mcu_height_, mcus_down_ - 1);
    BitReader bits(data->bytes.data());
    size_t stretch = 0;
    int64_t mcus_left = scan_.restart_interval;
    int64_t next_row = window_.top;
    for (int64_t row = 0; row <= last_row; ++row) {
      for (int64_t column = 0; column < mcus_across_; ++column) {
        if (scan_.restart_interval > 0 && mcus_left-- == 0) {
          if (!ends_here(bits, *data, stretch)) return false;
          bits = BitReader(data->bytes.data() + data->ends[stretch++]);
          mcus_left = scan_.restart_interval - 1;
          for (Plane& plane : planes_) plane.dc = 0;
        }
        const bool wanted = row >= first_row && column >= first_column_ && column <= last_column_;
        if (!(wanted ? read_mcu(bits, row, column) : pass_mcu(bits))) return false;
        if (bits.bytes_read(data->bytes.data()) > static_cast<int64_t>(data->ends[stretch])) return false;
      }
      if (row < first_row) continue;
      const int64_t end = row == last_row ? bottom : std::min(bottom, (row + 1) * mcu_height_ - below);
      for (; next_row < end; ++next_row) write_row(next_row);
    }
    return last_row + 1 < mcus_down_ || ends_here(bits, *data, stretch);
  }

 private:
  JpegKernels::InverseDct inverse_dct(int side) const {
    return side == 8   ? kernels_.inverse_dct_8
           : side == 4 ? kernels_.inverse_dct_4
           : side == 2 ? kernels_.inverse_dct_2
                       : kernels_.inverse_dct_1;
  }

  bool right_number_of(size_t stretches) const {
    const int64_t interval = scan_.restart_interval, mcus = mcus_across_ * mcus_down_;
    return static_cast<int64_t>(stretches) == (interval == 0 ? 1 : ceil_div(mcus, interval));
  }
  // All bytes of the stretch have been begun.
  static bool ends_here(const BitReader& bits, const ScanData& data, size_t stretch) {
    return bits.bytes_read(data.bytes.data()) == static_cast<int64_t>(data.ends[stretch]);
  }

  bool read_mcu(BitReader& bits, int64_t row, int64_t column) {
    for (Plane& plane : planes_) {
      for (int y = 0; y < plane.down; ++y) {
        uint8_t* const samples =
            plane.rows.row((row * plane.down + y) * plane.side) + column * plane.across * plane.side;
        for (int x = 0; x < plane.across; ++x) {
          alignas(64) std::array<int16_t, 64> block;
          for (int16_t& coefficient : block) coefficient = 0;  // g++ 12 makes less of {}
          const auto keep = [&](int place, int16_t number) {
            block[kOrder[static_cast<size_t>(place)]] = number;
          };
          if (read_block(bits, *plane.dc_table, *plane.ac_table, plane.dc, keep) > 64) return false;
          plane.inverse_dct(block.data(), plane.quantization, samples + x * plane.side, plane.rows.stride());
        }
      }
    }
    return true;
  }

  bool pass_mcu(BitReader& bits) {
    const auto drop = [](int, int16_t) {};
    for (Plane& plane : planes_) {
      for (int block = 0; block < plane.down * plane.across; ++block) {
        if (read_block(bits, *plane.dc_table, *plane.ac_table, plane.dc, drop) > 64) return false;
      }
    }
    return true;
  }

  void write_row(int64_t y) {
    uint8_t* const out = rgb_.row(y - window_.top);
    const uint8_t* const luma = planes_[0].rows.row(y) + window_.left;
    if (planes_.size() == 1) return kernels_.grey_to_rgb(luma, window_.width, out);
    kernels_.ycc_to_rgb(luma, chroma_row(planes_[1], y, chroma_[0]), chroma_row(planes_[2], y, chroma_[1]),
                        window_.width, out);
  }

  // The window's pixels of row y, in the plane itself or in `made`.
  const uint8_t* chroma_row(Plane& plane, int64_t y, std::vector<uint8_t>& made) {
    const int64_t own = y / plane.repeat_down;
    uint8_t* const row = plane.rows.row(own);
    if (plane.repeat_across == 1) return row + window_.left;
    const int64_t first = window_.left / 2, count = (window_.left + window_.width - 1) / 2 - first + 1;
    if (!interpolates_) {
      kernels_.upsample_2x1_plain(row + first, count, made.data());
    } else if (plane.repeat_down == 1) {
      repeat_edges(row, plane.width);
      kernels_.upsample_2x1_fancy(row + first, count, made.data());
    } else {
      const int64_t other = std::clamp<int64_t>(y % 2 == 0 ? own - 1 : own + 1, 0, plane.height - 1);
      uint8_t* const neighbour = plane.rows.row(other);
      repeat_edges(row, plane.width);
      repeat_edges(neighbour, plane.width);
      kernels_.upsample_2x2_fancy(row + first, neighbour + first, count, made.data());
    }
    return made.data() + (window_.left - 2 * first);
  }
  static void repeat_edges(uint8_t* row, int64_t width) {
    row[-1] = row[0];
    row[width] = row[width - 1];
  }

  const JpegScan& scan_;
  const JpegKernels& kernels_;
  CropRect window_;
  Image& rgb_;
  std::vector<Plane> planes_;
  std::array<std::vector<uint8_t>, 2> chroma_;
  int64_t mcu_width_ = 0, mcu_height_ = 0, mcus_across_ = 0, mcus_down_ = 0;
  int64_t first_column_ = 0, last_column_ = 0;
  bool interpolates_ = false, needs_neighbours_ = false;
};

}  // namespace

bool decode_jpeg_scan(const JpegScan& scan, const JpegKernels& kernels, const CropRect& window,
                      const JpegScale& scale, Image& rgb) {
  if (scale.denominator > 1 && !scale.plain_chroma) return false;
  return ScanDecoder(scan, kernels, window, scale, rgb).run();
}

}  // namespace zoo
