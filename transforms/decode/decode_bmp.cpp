#include "transforms/decode/decode_bmp.h"

#include <algorithm>
#include <array>
#include <vector>

#include "transforms/decode/byte_number.h"
#include "transforms/decode/decode_limits.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;

enum Compression : uint32_t { kRaw = 0, kRle8 = 1, kRle4 = 2, kBitfields = 3 };

struct BmpHeader {
  int64_t width = 0, height = 0;
  bool top_down = false;
  uint32_t bits = 0, compression = kRaw;
  std::array<uint32_t, 3> masks{};
  uint32_t alpha_mask = 0;
  size_t pixels = 0;  // where they begin
  std::array<uint8_t, 768> palette{};
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

// Where the bytes of a 32-bit pixel's channels are; Pillow reads these layouts and no others.
struct Layout {
  std::array<uint32_t, 3> masks;
  uint32_t alpha;
};
constexpr std::array<Layout, 8> kLayouts32{{
    {{0xFF0000, 0xFF00, 0xFF}, 0},
    {{0xFF000000, 0xFF0000, 0xFF00}, 0},
    {{0xFF000000, 0xFF00, 0xFF}, 0},
    {{0xFF000000, 0xFF0000, 0xFF00}, 0xFF},
    {{0xFF, 0xFF00, 0xFF0000}, 0xFF000000},
    {{0xFF0000, 0xFF00, 0xFF}, 0xFF000000},
    {{0xFF000000, 0xFF00, 0xFF}, 0xFF0000},
    {{0, 0, 0}, 0},
}};
constexpr std::array<uint32_t, 3> kMasks555{0x7C00, 0x3E0, 0x1F}, kMasks565{0xF800, 0x7E0, 0x1F},
    kMasks888{0xFF0000, 0xFF00, 0xFF};

bool is_known_layout(const BmpHeader& header) {
  if (header.bits == 16) return header.masks == kMasks555 || header.masks == kMasks565;
  if (header.bits == 24) return header.masks == kMasks888;
  return header.bits == 32 && std::any_of(kLayouts32.begin(), kLayouts32.end(), [&](const Layout& layout) {
           return layout.masks == header.masks && layout.alpha == header.alpha_mask;
         });
}

void read_masks(Bytes bytes, uint32_t header_size, BmpHeader& header, const std::string& name, size_t& end) {
  for (size_t i = 0; i < 3; ++i) header.masks[i] = little(bytes, 54 + 4 * i);
  if (header_size >= 56) header.alpha_mask = little(bytes, 66);
  if (header_size < 52) end += 12;  // the masks follow the header
  if (!is_known_layout(header)) refuse(name, "an unusual place of the colours' bits");
  if (header.masks == std::array<uint32_t, 3>{}) header.masks = kMasks888;
}

// A palette whose entries are their own numbers is none to Pillow, which matters for a file's missing pixels
// only: these are index 0 then as well.
void read_palette(Bytes bytes, size_t begin, uint32_t colours, size_t entry_bytes, BmpHeader& header,
                  const std::string& name) {
  if (colours == 0 || colours > 65536) refuse(name, "a palette of " + std::to_string(colours) + " colours");
  const size_t there = bytes.size() > begin ? (bytes.size() - begin) / entry_bytes : 0;
  const size_t entries = std::min<size_t>(colours, there);
  bool is_grey = entries == colours;
  for (size_t i = 0; i < entries; ++i) {
    for (size_t c = 0; c < 3; ++c) {
      const uint32_t value = little(bytes, begin + i * entry_bytes + 2 - c, 1);
      is_grey = is_grey && value == (colours == 2 ? 255 * i : i % 256) && i < 256;
      if (i < 256) header.palette[3 * i + c] = static_cast<uint8_t>(value);
    }
  }
  if (entries > 256 || there == 0) refuse_damaged(name, "its palette has an invalid size");
  for (size_t i = 3 * entries; i < header.palette.size(); ++i)
    header.palette[i] = static_cast<uint8_t>(i / 3);
}

BmpHeader read_header(Bytes bytes, const std::string& name) {
  BmpHeader header;
  const uint32_t header_size = little(bytes, 14);
  constexpr std::array<uint32_t, 7> kSizes{12, 40, 52, 56, 64, 108, 124};
  if (std::find(kSizes.begin(), kSizes.end(), header_size) == kSizes.end()) {
    refuse(name, "a header of " + std::to_string(header_size) + " bytes");
  }
  size_t end = 14 + size_t{header_size};
  if (bytes.size() < end) refuse_damaged(name, "it ends early");
  uint32_t colours = 0;
  const bool is_old = header_size == 12;
  if (is_old) {
    header.width = little(bytes, 18, 2);
    header.height = little(bytes, 20, 2);
    header.bits = little(bytes, 24, 2);
  } else {
    header.top_down = little(bytes, 25, 1) == 0xFF;
    header.width = little(bytes, 18);
    const int64_t height = little(bytes, 22);
    header.height = header.top_down ? (int64_t{1} << 32) - height : height;
    header.bits = little(bytes, 28, 2);
    header.compression = little(bytes, 30);
    colours = little(bytes, 46);
  }
  constexpr std::array<uint32_t, 6> kDepths{1, 4, 8, 16, 24, 32};
  if (std::find(kDepths.begin(), kDepths.end(), header.bits) == kDepths.end()) {
    refuse(name, std::to_string(header.bits) + " bits a pixel");
  }
  if (colours == 0) colours = header.bits > 31 ? 0 : uint32_t{1} << header.bits;
  if (header.compression > kBitfields) refuse(name, "compression " + std::to_string(header.compression));
  header.masks = header.bits == 16 ? kMasks555 : kMasks888;
  if (header.compression == kBitfields) read_masks(bytes, header_size, header, name, end);
  const size_t entry_bytes = is_old ? 3 : 4;
  header.pixels = little(bytes, 10);
  if (header.bits <= 8) {
    if (header.pixels == 14 + size_t{header_size}) header.pixels += entry_bytes * size_t{colours};
    read_palette(bytes, end, colours, entry_bytes, header, name);
    end += entry_bytes * size_t{colours};
  }
  if (header.pixels == 0) header.pixels = end;
  return header;
}

// Run lengths become one byte a pixel, as Pillow's BmpRleDecoder makes them: what is missing is 0.
class RunLengths {
 public:
  RunLengths(Bytes bytes, const BmpHeader& header)
      : bytes_(bytes),
        place_(header.pixels),
        width_(header.width),
        wanted_(static_cast<size_t>(header.width * header.height)),
        nibbles_(header.compression == kRle4) {
    pixels_.reserve(wanted_);
  }

  // Fewer than there are pixels where the data ends early.
  std::vector<uint8_t> unpack() {
    while (pixels_.size() < wanted_ && has(2)) {
      const uint32_t count = byte(), value = byte();
      if (count > 0) {
        run(count, value);
      } else if (value == 0) {
        end_row();
      } else if (value == 1 || !escape(value)) {
        break;
      }
    }
    return std::move(pixels_);
  }

 private:
  bool has(size_t count) const { return place_ <= bytes_.size() && bytes_.size() - place_ >= count; }
  uint32_t byte() { return std::to_integer<uint32_t>(bytes_[place_++]); }
  size_t column() const { return pixels_.size() % static_cast<size_t>(width_); }

  void run(int64_t count, uint32_t value) {
    if (x_ + count > width_) count = std::max<int64_t>(0, width_ - x_);
    for (int64_t i = 0; i < count; ++i) {
      pixels_.push_back(static_cast<uint8_t>(!nibbles_ ? value : i % 2 == 0 ? value >> 4 : value & 15));
    }
    x_ += count;
  }

  void end_row() {
    while (column() != 0) pixels_.push_back(0);
    x_ = 0;
  }

  // Moves on (2), or takes `value` single pixels. false at the end of the data.
  bool escape(uint32_t value) {
    const size_t left = wanted_ - pixels_.size();
    if (value == 2) {
      if (!has(2)) return false;
      const size_t right = byte(), up = byte();
      pixels_.resize(pixels_.size() + std::min(left, right + up * static_cast<size_t>(width_)));
      x_ = static_cast<int64_t>(column());
      return true;
    }
    const size_t count = std::min<size_t>(left, value), packed = nibbles_ ? (count + 1) / 2 : count;
    size_t read = 0;
    for (; read < packed && has(1); ++read) {
      const uint32_t both = byte();
      pixels_.push_back(static_cast<uint8_t>(nibbles_ ? both >> 4 : both));
      if (nibbles_ && 2 * read + 1 < count) pixels_.push_back(static_cast<uint8_t>(both & 15));
    }
    if (read < packed || pixels_.size() == wanted_) return false;
    x_ += value;
    place_ += place_ % 2;
    return true;
  }

  Bytes bytes_;
  size_t place_;
  int64_t width_, x_ = 0;
  size_t wanted_;
  bool nibbles_;
  std::vector<uint8_t> pixels_;
};

// A channel's bits, spread over 0 to 255 as Pillow does.
uint8_t channel(uint32_t pixel, uint32_t mask) {
  const int shift = std::countr_zero(mask);
  const uint32_t most = mask >> shift;
  return static_cast<uint8_t>(((pixel & mask) >> shift) * 255 / most);
}

void unpack_row(Bytes row, const BmpHeader& header, uint8_t* to) {
  for (int64_t x = 0; x < header.width; ++x, to += 3) {
    const auto bit = static_cast<size_t>(x) * header.bits;
    if (header.bits <= 8) {
      const uint32_t both = little(row, bit / 8, 1);
      const uint32_t index = both >> (8 - header.bits - bit % 8) & ((1U << header.bits) - 1);
      std::copy_n(header.palette.data() + size_t{3} * index, 3, to);
    } else {
      const uint32_t pixel = little(row, bit / 8, header.bits / 8);
      for (size_t c = 0; c < 3; ++c) to[c] = channel(pixel, header.masks[c]);
    }
  }
}

BmpHeader checked_header(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  BmpHeader header = read_header(bytes, name);
  require_size(header.width, header.height, name, options.max_pixels);
  // Run lengths may jump over any number of pixels; who jumps so far packs a bomb.
  const bool is_packed = header.compression == kRle8 || header.compression == kRle4;
  require_plausible(header.width, header.height, bytes.size(), name,
                    {.pixels_per_byte = is_packed ? 4096 : std::max<int64_t>(1, 8 / header.bits),
                     .may_be_cut = options.allow_truncated});
  return header;
}

// Pillow refuses what ends early here, whatever is allowed.
Image decode_runs(Bytes bytes, const std::string& name, const BmpHeader& header) {
  std::vector<uint8_t> pixels = RunLengths(bytes, header).unpack();
  const auto wanted = static_cast<size_t>(header.width * header.height);
  if (pixels.size() < wanted) refuse_damaged(name, "its run lengths end early");
  Image image = make_image(header.width, header.height);
  for (int64_t y = 0; y < header.height; ++y) {
    uint8_t* to = image.row(header.top_down ? y : header.height - 1 - y);
    for (int64_t x = 0; x < header.width; ++x, to += 3) {
      const auto place = static_cast<size_t>(y * header.width + x);
      std::copy_n(header.palette.data() + size_t{3} * pixels[place], 3, to);
    }
  }
  return image;
}

}  // namespace

PictureHead read_bmp_head(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  const BmpHeader header = checked_header(bytes, name, options);
  return {header.width, header.height};
}

Image decode_bmp(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  const BmpHeader header = checked_header(bytes, name, options);
  if (header.compression == kRle8 || header.compression == kRle4) {
    return decode_runs(bytes, name, header);
  }
  const auto row_bytes = static_cast<size_t>((header.width * header.bits + 7) / 8);
  const auto stride = static_cast<size_t>((header.width * header.bits + 31) / 32 * 4);
  const size_t there = bytes.size() - std::min(bytes.size(), header.pixels);
  const auto rows = static_cast<size_t>(header.height);
  if (there / stride < rows && there < (rows - 1) * stride + row_bytes && !options.allow_truncated) {
    refuse_damaged(name, "it ends early");
  }
  Image image = make_image(header.width, header.height);
  if (header.bits <= 8) {
    for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = header.palette[i % 3];
  }
  for (size_t y = 0; y < rows && there >= y * stride + row_bytes; ++y) {
    const auto row = static_cast<int64_t>(header.top_down ? y : rows - 1 - y);
    unpack_row(bytes.subspan(header.pixels + y * stride, row_bytes), header, image.row(row));
  }
  return image;
}

}  // namespace zoo
