#include "transforms/decode/decode_tiff_pixels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "transforms/decode/decode_cmyk.h"

namespace zoo {
namespace {

// One row of samples as libtiff gives them: 16 and 32 bits in the machine's order, fewer bits packed.
class SampleRow {
 public:
  SampleRow(const uint8_t* row, uint16_t bits) : row_(row), bits_(bits) {}

  uint32_t at(size_t i) const {
    uint32_t value = 0;
    switch (bits_) {
      case 8:
        return row_[i];
      case 12:
        return i % 2 == 0 ? uint32_t{row_[i / 2 * 3]} << 4 | row_[i / 2 * 3 + 1] >> 4
                          : uint32_t{row_[i / 2 * 3 + 1] & 15U} << 8 | row_[i / 2 * 3 + 2];
      case 16:
      case 32:
        std::memcpy(&value, row_ + i * (bits_ / 8U), bits_ / 8U);
        return bits_ == 16 ? value & 0xFFFF : value;
      default:
        return row_[i * bits_ / 8] >> (8 - bits_ - i * bits_ % 8) & ((1U << bits_) - 1);
    }
  }
  // Colours of 16 bits lose the lower eight.
  uint8_t byte(size_t i) const { return static_cast<uint8_t>(bits_ == 16 ? at(i) >> 8 : at(i)); }

 private:
  const uint8_t* row_;
  uint16_t bits_;
};

// Greys of more than 8 bits are cut off at 0 and 255, as Pillow's I and F become RGB.
uint8_t grey(uint32_t value, const TiffLayout& layout) {
  if (layout.format == SAMPLEFORMAT_IEEEFP) {
    const auto number = std::bit_cast<float>(value);
    return static_cast<uint8_t>(number > 0 ? std::min(number, 255.0F) : 0.0F);
  }
  if (layout.bits > 8) {
    int64_t number = value;
    if (layout.bits == 32) number = static_cast<int32_t>(value);
    if (layout.bits == 16 && layout.format == SAMPLEFORMAT_INT) number = static_cast<int16_t>(value);
    return static_cast<uint8_t>(std::clamp<int64_t>(number, 0, 255));
  }
  const auto level = static_cast<uint8_t>(value * 255 / ((1U << layout.bits) - 1));
  return layout.photometric == PHOTOMETRIC_MINISWHITE ? static_cast<uint8_t>(255 - level) : level;
}

uint8_t divide_by_alpha(uint8_t value, uint8_t alpha) {
  if (alpha == 0) return 0;
  return static_cast<uint8_t>(std::min(255, value * 255 / alpha));
}

// In 64ths, cut off towards zero, as Pillow's tables are.
void ycbcr_to_rgb(uint8_t light, uint8_t blue, uint8_t red, uint8_t* to) {
  const auto part = [](double factor, uint8_t chroma) {
    return static_cast<int>(std::trunc(factor * 64 * (chroma - 128) + 0.5));
  };
  const std::array<int, 3> parts{part(1.402, red), part(-0.34414, blue) + part(-0.71414, red),
                                 part(1.772, blue)};
  for (size_t c = 0; c < 3; ++c) to[c] = static_cast<uint8_t>(std::clamp(light + (parts[c] >> 6), 0, 255));
}

// `first` is the pixel's first sample.
void store_pixel(const SampleRow& row, size_t first, const TiffLayout& layout, uint8_t* to) {
  switch (layout.photometric) {
    case PHOTOMETRIC_RGB: {
      const bool divides = layout.is_premultiplied();
      const uint8_t alpha = divides ? row.byte(first + 3) : 255;
      for (size_t c = 0; c < 3; ++c) to[c] = divide_by_alpha(row.byte(first + c), alpha);
      return;
    }
    case PHOTOMETRIC_SEPARATED: {
      std::array<uint8_t, 4> inverted;
      for (size_t c = 0; c < 4; ++c) inverted[c] = static_cast<uint8_t>(255 - row.byte(first + c));
      return cmyk_to_rgb(inverted.data(), to, 1, Backend::pillow);
    }
    case PHOTOMETRIC_PALETTE:
      for (size_t c = 0; c < 3; ++c) to[c] = static_cast<uint8_t>(layout.map[c][row.at(first)] >> 8);
      return;
    case PHOTOMETRIC_YCBCR:
      return ycbcr_to_rgb(row.byte(first), row.byte(first + 1), row.byte(first + 2), to);
    default:
      std::fill_n(to, 3, grey(row.at(first), layout));
  }
}

std::vector<uint8_t> put_together(std::span<const uint8_t* const> planes, uint32_t columns,
                                  const TiffLayout& layout) {
  const size_t sample_bytes = std::max<size_t>(1, layout.bits / 8U);
  std::vector<uint8_t> together(columns * planes.size() * sample_bytes);
  uint8_t* to = together.data();
  for (size_t x = 0; x < columns; ++x) {
    for (const uint8_t* plane : planes) {
      std::memcpy(to, plane + x * sample_bytes, sample_bytes);
      to += sample_bytes;
    }
  }
  return together;
}

}  // namespace

void store_tiff_row(std::span<const uint8_t* const> planes, uint32_t columns, const TiffLayout& layout,
                    uint8_t* to) {
  std::vector<uint8_t> together;
  if (planes.size() > 1) together = put_together(planes, columns, layout);
  const SampleRow row(planes.size() > 1 ? together.data() : planes[0], layout.bits);
  for (size_t x = 0; x < columns; ++x, to += 3) store_pixel(row, x * layout.samples, layout, to);
}

}  // namespace zoo
