#include "transforms/decode/decode_bmp.h"

#include <algorithm>
#include <array>

#include "transforms/decode/byte_number.h"
#include "transforms/decode/decode_limits.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;
using Masks = std::array<uint32_t, 3>;  // of red, green and blue

constexpr Masks kMasks555{0x7C00, 0x3E0, 0x1F}, kMasks565{0xF800, 0x7E0, 0x1F},
    kMasks888{0xFF0000, 0xFF00, 0xFF}, kMasksReversed{0xFF, 0xFF00, 0xFF0000},
    kMasksShifted{0xFF000000, 0xFF0000, 0xFF00};

struct BmpHeader {
  int64_t width = 0, height = 0;
  bool top_down = false;
  uint32_t bits = 0;
  Masks masks{};
  std::array<uint8_t, 768> palette{};
  size_t pixels = 0, stride = 0;  // where they begin; bytes from row to row
};

uint32_t little(Bytes bytes, size_t offset, size_t size = 4) {
  return byte_number(bytes, offset, size, std::endian::little);
}

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::unsupported, name, "BMP of this kind is not read: " + what,
              "Convert the picture to 8-bit PNG or JPEG.");
}
[[noreturn]] void refuse_damaged(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::corrupt, name, "the BMP file cannot be decoded: " + what,
              "Get the whole file, or leave it out.");
}

// OpenCV has other ideas of the rarer ones.
bool is_known(const Masks& masks, uint32_t bits, Backend backend) {
  if (bits == 16) return masks == kMasks555 || masks == kMasks565;
  return masks == kMasks888 ||
         (bits == 32 && backend == Backend::pillow && (masks == kMasksReversed || masks == kMasksShifted));
}

BmpHeader read_header(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  constexpr uint32_t kRaw = 0, kBitfields = 3;
  const uint32_t header_size = little(bytes, 14);
  if (header_size != 40 && header_size != 52 && header_size != 56 && header_size != 64 &&
      header_size != 108 && header_size != 124) {
    refuse(name, "a header of " + std::to_string(header_size) + " bytes");
  }
  size_t end = 14 + size_t{header_size};
  if (bytes.size() < end) refuse_damaged(name, "it ends early");
  BmpHeader header;
  const auto height = static_cast<int32_t>(little(bytes, 22));
  header.top_down = height < 0;
  header.width = little(bytes, 18);
  header.height = header.top_down ? -int64_t{height} : height;
  header.bits = little(bytes, 28, 2);
  const uint32_t bits = header.bits, compression = little(bytes, 30);
  if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32) {
    refuse(name, std::to_string(bits) + " bits a pixel");
  }
  if (compression != kRaw && (compression != kBitfields || bits <= 8)) {
    refuse(name, "compression " + std::to_string(compression));
  }
  require_size(header.width, header.height, name, options.max_pixels);
  require_plausible(
      header.width, header.height, bytes.size(), name,
      {.pixels_per_byte = std::max<int64_t>(1, 8 / bits), .may_be_cut = options.allow_truncated});
  header.masks = bits == 16 ? kMasks555 : kMasks888;
  if (compression == kBitfields) {
    for (size_t i = 0; i < 3; ++i) header.masks[i] = little(bytes, 54 + 4 * i);
    if (header_size < 52) end += 12;  // the masks follow the header
    if (!is_known(header.masks, bits, options.backend)) refuse(name, "an unusual place of the colours' bits");
  }
  if (bits <= 8) {
    const uint32_t named = little(bytes, 46), colours = named == 0 ? uint32_t{1} << bits : named;
    if (colours > uint32_t{1} << bits) refuse_damaged(name, "its palette has an invalid size");
    if (bytes.size() < end + size_t{4} * colours) refuse_damaged(name, "it ends early");
    for (size_t i = 0; i < size_t{3} * colours; ++i) {
      header.palette[i] = static_cast<uint8_t>(little(bytes, end + 4 * (i / 3) + 2 - i % 3, 1));
    }
    end += size_t{4} * colours;
  }
  header.pixels = little(bytes, 10);
  if (header.pixels == 0) header.pixels = end;
  if (header.pixels < end) refuse_damaged(name, "its pixels begin within its header");
  header.stride = static_cast<size_t>((header.width * bits + 31) / 32 * 4);
  return header;
}

// Pillow spreads a channel's bits over 0 to 255, OpenCV shifts them.
uint8_t channel(uint32_t pixel, uint32_t mask, Backend backend) {
  const int shift = std::countr_zero(mask);
  const uint32_t value = (pixel & mask) >> shift, most = mask >> shift;
  if (backend == Backend::opencv) return static_cast<uint8_t>(value << (8 - std::popcount(mask)));
  return static_cast<uint8_t>(value * 255 / most);
}

void unpack_row(Bytes row, const BmpHeader& header, Backend backend, uint8_t* to) {
  const uint32_t bits = header.bits;
  for (int64_t x = 0; x < header.width; ++x, to += 3) {
    const size_t bit = static_cast<size_t>(x) * bits;
    if (bits <= 8) {
      const uint32_t index = little(row, bit / 8, 1) >> (8 - bits - bit % 8) & ((1U << bits) - 1);
      std::copy_n(header.palette.data() + size_t{3} * index, 3, to);
    } else {
      const uint32_t pixel = little(row, bit / 8, bits / 8);
      for (size_t c = 0; c < 3; ++c) to[c] = channel(pixel, header.masks[c], backend);
    }
  }
}

}  // namespace

PictureHead read_bmp_head(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  const BmpHeader header = read_header(bytes, name, options);
  return {header.width, header.height};
}

Picture decode_bmp(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  const BmpHeader header = read_header(bytes, name, options);
  const auto row_bytes = static_cast<size_t>((header.width * header.bits + 7) / 8);
  Image image = make_image(header.width, header.height);
  for (int64_t y = 0; y < header.height; ++y) {
    const size_t place = header.pixels + static_cast<size_t>(y) * header.stride;
    if (place > bytes.size() || bytes.size() - place < row_bytes) {  // the last row needs no filling
      if (options.allow_truncated) break;
      refuse_damaged(name, "it ends early");
    }
    const int64_t row = header.top_down ? y : header.height - 1 - y;
    unpack_row(bytes.subspan(place, row_bytes), header, options.backend, image.row(row));
  }
  return {std::move(image)};
}

}  // namespace zoo
