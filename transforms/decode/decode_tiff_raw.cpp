#include "transforms/decode/decode_tiff_raw.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "transforms/decode/decode_tiff_pixels.h"

namespace zoo {
namespace {

class RawDecoder {
 public:
  RawDecoder(TIFF* file, std::span<const std::byte> bytes, const TiffLayout& layout, const std::string& name,
             bool truncated_ok)
      : file_(file), bytes_(bytes), layout_(layout), name_(name), truncated_ok_(truncated_ok) {
    const size_t planes = layout.is_planar() ? layout.samples : 1;
    places_.resize(planes);
    rows_.resize(planes);
    for (std::vector<uint8_t>& row : rows_) {
      row.resize(layout.row_bytes(std::min(layout.width, layout.block_width)));
      row_starts_.push_back(row.data());
    }
  }

  void decode_block(uint32_t x, uint32_t y, Image& image) {
    for (size_t plane = 0; plane < places_.size(); ++plane) places_[plane] = find_block(x, y, plane);
    const uint32_t columns = std::min(layout_.block_width, layout_.width - x);
    const uint32_t rows = std::min(layout_.block_height, layout_.height - y);
    for (uint32_t row = 0; row < rows; ++row) {
      for (size_t plane = 0; plane < places_.size(); ++plane) {
        read_row(places_[plane], std::span(rows_[plane]).first(layout_.row_bytes(columns)));
      }
      store_tiff_row(row_starts_, columns, layout_, image.row(y + row) + int64_t{3} * x);
    }
  }

 private:
  uint64_t find_block(uint32_t x, uint32_t y, size_t plane) const {
    const auto sample = static_cast<uint16_t>(plane);
    return TIFFGetStrileOffset(
        file_, layout_.tiled ? TIFFComputeTile(file_, x, y, 0, sample) : TIFFComputeStrip(file_, y, sample));
  }

  // Half a row is none. `place` goes on to the next one.
  void read_row(uint64_t& place, std::span<uint8_t> row) const {
    if (place <= bytes_.size() && bytes_.size() - place >= row.size()) {
      std::memcpy(row.data(), bytes_.data() + place, row.size());
      put_in_order(row);
      place += layout_.row_bytes(layout_.block_width);
      return;
    }
    if (!truncated_ok_) refuse_damaged_tiff(name_);
    const bool is_inverted = layout_.photometric == PHOTOMETRIC_MINISWHITE && layout_.bits <= 8;
    std::fill(row.begin(), row.end(), is_inverted ? uint8_t{0xFF} : uint8_t{0});
  }

  // As libtiff gives rows: the highest bit first, numbers as this machine has them.
  void put_in_order(std::span<uint8_t> row) const {
    const auto bytes = static_cast<tmsize_t>(row.size());
    if (layout_.fill_order == FILLORDER_LSB2MSB) TIFFReverseBits(row.data(), bytes);
    if (TIFFIsByteSwapped(file_) == 0) return;
    if (layout_.bits == 16) TIFFSwabArrayOfShort(reinterpret_cast<uint16_t*>(row.data()), bytes / 2);
    if (layout_.bits == 32) TIFFSwabArrayOfLong(reinterpret_cast<uint32_t*>(row.data()), bytes / 4);
  }

  TIFF* file_;
  std::span<const std::byte> bytes_;
  const TiffLayout& layout_;
  const std::string& name_;
  bool truncated_ok_;
  std::vector<uint64_t> places_;  // of the next row, in each plane
  std::vector<std::vector<uint8_t>> rows_;
  std::vector<const uint8_t*> row_starts_;
};

}  // namespace

void decode_raw_tiff(TIFF* file, std::span<const std::byte> bytes, const TiffLayout& layout,
                     const std::string& name, bool truncated_ok, Image& image) {
  RawDecoder decoder(file, bytes, layout, name, truncated_ok);
  for (uint32_t y = 0; y < layout.height; y += layout.block_height) {
    for (uint32_t x = 0; x < layout.width; x += layout.block_width) decoder.decode_block(x, y, image);
  }
}

}  // namespace zoo
