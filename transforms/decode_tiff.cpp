#include "transforms/decode_tiff.h"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <vector>

#include "transforms/decode_cmyk.h"
#include "transforms/decode_limits.h"
#include "transforms/exif.h"
#include "zoo/core/error.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;

constexpr int64_t kMostBlockBytes = int64_t{1} << 30;  // a strip or a tile; libtiff allocates it whole

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::unsupported, name, "TIFF of this kind is not read: " + what,
              "Convert the picture to 8-bit PNG or JPEG.");
}
[[noreturn]] void refuse_damaged(const std::string& name) {
  throw Error(ErrorCode::corrupt, name, "the TIFF file cannot be decoded; it is damaged or ends early",
              "Get the whole file, or leave it out.");
}

// libtiff's file, in memory.
struct MemoryFile {
  Bytes bytes;
  uint64_t place = 0;

  static MemoryFile& of(thandle_t handle) { return *static_cast<MemoryFile*>(handle); }
  static tmsize_t read(thandle_t handle, void* to, tmsize_t size) {
    MemoryFile& file = of(handle);
    const uint64_t there = file.bytes.size() - std::min<uint64_t>(file.place, file.bytes.size());
    const uint64_t count = std::min<uint64_t>(there, static_cast<uint64_t>(std::max<tmsize_t>(size, 0)));
    if (count > 0) std::memcpy(to, file.bytes.data() + file.place, count);
    file.place += count;
    return static_cast<tmsize_t>(count);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t handle, toff_t offset, int from) {
    MemoryFile& file = of(handle);
    file.place = offset + (from == SEEK_CUR ? file.place : from == SEEK_END ? file.bytes.size() : 0);
    return file.place;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return of(handle).bytes.size(); }
};

// Says nothing on stderr.
int hush(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

struct TiffCloser {
  void operator()(TIFF* file) const { TIFFClose(file); }
};
using Tiff = std::unique_ptr<TIFF, TiffCloser>;

Tiff open(MemoryFile& file, const std::string& name) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, hush, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options, hush, nullptr);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, kMostBlockBytes);
  Tiff tiff(TIFFClientOpenExt("picture", "rm", &file, MemoryFile::read, MemoryFile::write, MemoryFile::seek,
                              MemoryFile::close, MemoryFile::size, nullptr, nullptr, options));
  TIFFOpenOptionsFree(options);
  if (!tiff) refuse_damaged(name);
  return tiff;
}

struct Layout {
  uint32_t width = 0, height = 0;
  uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT;
  uint16_t photometric = PHOTOMETRIC_MINISWHITE, planar = PLANARCONFIG_CONTIG, compression = COMPRESSION_NONE;
  uint16_t orientation = 1;
  bool big_endian = false;
  std::vector<uint16_t> extra;  // what the samples behind the colours are
  const uint16_t* map[3]{};     // of a palette

  bool is_premultiplied() const { return !extra.empty() && extra[0] == EXTRASAMPLE_ASSOCALPHA; }
  uint16_t colours() const {
    return photometric == PHOTOMETRIC_SEPARATED ? 4 : photometric == PHOTOMETRIC_RGB ? 3 : 1;
  }
};

int xmp_turn(TIFF* file) {
  uint32_t size = 0;
  const char* text = nullptr;
  if (TIFFGetField(file, TIFFTAG_XMLPACKET, &size, &text) != 1) return 1;
  return std::max(1, xmp_orientation({text, size}));
}

Layout read_layout(TIFF* file, const std::string& name) {
  Layout layout;
  if (TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &layout.width) != 1 ||
      TIFFGetField(file, TIFFTAG_IMAGELENGTH, &layout.height) != 1) {
    refuse_damaged(name);
  }
  TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &layout.format);
  TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &layout.photometric);
  TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &layout.planar);
  TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &layout.compression);
  if (TIFFGetField(file, TIFFTAG_ORIENTATION, &layout.orientation) != 1) {
    layout.orientation = static_cast<uint16_t>(xmp_turn(file));
  }
  if (layout.orientation > 8) layout.orientation = 1;
  layout.big_endian = TIFFIsBigEndian(file) != 0;
  uint16_t count = 0;
  uint16_t* extra = nullptr;
  if (TIFFGetField(file, TIFFTAG_EXTRASAMPLES, &count, &extra) == 1)
    layout.extra.assign(extra, extra + count);
  if (layout.photometric == PHOTOMETRIC_PALETTE) {
    TIFFGetField(file, TIFFTAG_COLORMAP, &layout.map[0], &layout.map[1], &layout.map[2]);
  }
  return layout;
}

// The rows of Pillow's table of kinds (TiffImagePlugin.OPEN_INFO) that become RGB.
bool is_known(const Layout& layout) {
  const bool is_uint = layout.format == SAMPLEFORMAT_UINT, is_int = layout.format == SAMPLEFORMAT_INT;
  const bool is_byte = layout.bits == 8 && is_uint;
  const bool is_low = is_uint && (layout.bits == 1 || layout.bits == 2 || layout.bits == 4);
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISWHITE:
      if (layout.samples != 1) return false;
      return is_low || is_byte || (layout.bits == 16 && is_uint && !layout.big_endian) ||
             (layout.bits == 32 && layout.format == SAMPLEFORMAT_IEEEFP);
    case PHOTOMETRIC_MINISBLACK:
      if (layout.samples == 2) return is_byte && layout.extra.size() == 1 && !layout.is_premultiplied();
      if (layout.samples != 1) return false;
      if (is_low || (layout.bits == 8 && (is_uint || is_int)) || (layout.bits == 16 && (is_uint || is_int)))
        return true;
      if (layout.bits == 12) return is_uint && !layout.big_endian;
      return layout.bits == 32 &&
             (is_int || layout.format == SAMPLEFORMAT_IEEEFP || (is_uint && !layout.big_endian));
    case PHOTOMETRIC_RGB:
      return is_uint && ((layout.bits == 8 && layout.samples >= 3 && layout.samples <= 6) ||
                         (layout.bits == 16 && (layout.samples == 3 || layout.samples == 4)));
    case PHOTOMETRIC_PALETTE:
      return layout.map[0] != nullptr &&
             ((is_low && layout.samples == 1) || (is_byte && layout.samples <= 2));
    case PHOTOMETRIC_SEPARATED:
      return is_uint && ((layout.bits == 8 && layout.samples >= 4 && layout.samples <= 6) ||
                         (layout.bits == 16 && layout.samples == 4));
    case PHOTOMETRIC_YCBCR:
      return is_byte && (layout.samples == 3 || layout.samples == 1);
    default:
      return false;
  }
}

Layout checked_layout(TIFF* file, size_t bytes, const std::string& name, const DecodeOptions& options) {
  // White takes one bit a row in fax coding; the others stay below 8 pixels in each of 4096 bytes.
  constexpr int64_t kMostPixelsPerByte = 8 * 4096, kMostFaxPixelsPerByte = 1 << 17;
  Layout layout = read_layout(file, name);
  require_size(layout.width, layout.height, name, options.max_pixels);
  if (!is_known(layout)) {
    refuse(name, "colours of kind " + std::to_string(layout.photometric) + " in " +
                     std::to_string(layout.samples) + " channels of " + std::to_string(layout.bits) +
                     " bits");
  }
  const bool is_fax =
      layout.compression >= COMPRESSION_CCITTRLE && layout.compression <= COMPRESSION_CCITTFAX4;
  require_plausible(layout.width, layout.height, bytes, name,
                    is_fax ? kMostFaxPixelsPerByte : kMostPixelsPerByte);
  return layout;
}

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
uint8_t grey(uint32_t value, const Layout& layout) {
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

// `first` is the pixel's first sample.
void store_pixel(const SampleRow& row, size_t first, const Layout& layout, uint8_t* to) {
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
    default:
      std::fill_n(to, 3, grey(row.at(first), layout));
  }
}

class TiffDecoder {
 public:
  TiffDecoder(TIFF* file, const Layout& layout, const std::string& name, Image& image)
      : file_(file), layout_(layout), name_(name), image_(image) {}

  void decode() {
    if (layout_.photometric == PHOTOMETRIC_YCBCR && layout_.samples == 3) {
      if (layout_.compression != COMPRESSION_JPEG || layout_.planar != PLANARCONFIG_CONTIG)
        return decode_by_libtiff();
      TIFFSetField(file_, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      layout_.photometric = PHOTOMETRIC_RGB;
    }
    if (layout_.photometric == PHOTOMETRIC_YCBCR) layout_.photometric = PHOTOMETRIC_MINISBLACK;
    const bool is_tiled = TIFFIsTiled(file_) != 0;
    uint32_t width = layout_.width, height = layout_.height;
    if (is_tiled) {
      if (TIFFGetField(file_, TIFFTAG_TILEWIDTH, &width) != 1 ||
          TIFFGetField(file_, TIFFTAG_TILELENGTH, &height) != 1) {
        refuse_damaged(name_);
      }
    } else {
      TIFFGetFieldDefaulted(file_, TIFFTAG_ROWSPERSTRIP, &height);
      height = std::min(height, layout_.height);
    }
    if (width == 0 || height == 0) refuse_damaged(name_);
    decode_blocks(width, height, is_tiled);
  }

 private:
  // Planes are put together, so that a block has all of its pixels' samples side by side.
  void decode_blocks(uint32_t width, uint32_t height, bool is_tiled) {
    const bool is_planar = layout_.planar == PLANARCONFIG_SEPARATE && layout_.samples > 1;
    const uint64_t row_bytes = (uint64_t{width} * layout_.bits * (is_planar ? 1 : layout_.samples) + 7) / 8;
    const uint16_t planes = is_planar ? layout_.samples : uint16_t{1};
    const uint64_t size = is_tiled ? TIFFTileSize64(file_) : TIFFVStripSize64(file_, height);
    // A tile may be larger than its picture, but not without bounds.
    constexpr uint64_t kFreeBytes = uint64_t{1} << 26;
    const uint64_t picture_bytes =
        uint64_t{layout_.width} * layout_.height * layout_.samples * layout_.bits / 8;
    const uint64_t most = std::max(kFreeBytes, 2 * picture_bytes);
    if (size == 0 || size > row_bytes * height || row_bytes * height > most / planes) refuse_damaged(name_);
    std::vector<std::vector<uint8_t>> buffers(planes, std::vector<uint8_t>(row_bytes * height));
    for (uint32_t y = 0; y < layout_.height; y += height) {
      for (uint32_t x = 0; x < layout_.width; x += width) {
        for (uint16_t plane = 0; plane < planes; ++plane)
          read_block(x, y, plane, is_tiled, buffers[plane], size);
        const uint32_t rows = std::min(height, layout_.height - y),
                       columns = std::min(width, layout_.width - x);
        for (uint32_t row = 0; row < rows; ++row) {
          uint8_t* to = image_.row(y + row) + int64_t{3} * x;
          if (is_planar) {
            store_planes(buffers, row_bytes * row, columns, to);
          } else {
            store_row(SampleRow(buffers[0].data() + row_bytes * row, layout_.bits), columns, layout_.samples,
                      to);
          }
        }
      }
    }
  }

  void read_block(uint32_t x, uint32_t y, uint16_t plane, bool is_tiled, std::vector<uint8_t>& buffer,
                  uint64_t size) {
    const tmsize_t read = is_tiled ? TIFFReadTile(file_, buffer.data(), x, y, 0, plane)
                                   : TIFFReadEncodedStrip(file_, TIFFComputeStrip(file_, y, plane),
                                                          buffer.data(), static_cast<tmsize_t>(size));
    if (read < 0) refuse_damaged(name_);
  }

  void store_row(const SampleRow& row, uint32_t columns, size_t samples, uint8_t* to) const {
    for (size_t x = 0; x < columns; ++x, to += 3) store_pixel(row, x * samples, layout_, to);
  }

  void store_planes(const std::vector<std::vector<uint8_t>>& planes, uint64_t offset, uint32_t columns,
                    uint8_t* to) const {
    const size_t sample_bytes = std::max<size_t>(1, layout_.bits / 8U);
    std::vector<uint8_t> together(columns * planes.size() * sample_bytes);
    for (size_t x = 0; x < columns; ++x) {
      for (size_t plane = 0; plane < planes.size(); ++plane) {
        std::memcpy(together.data() + (x * planes.size() + plane) * sample_bytes,
                    planes[plane].data() + offset + x * sample_bytes, sample_bytes);
      }
    }
    store_row(SampleRow(together.data(), layout_.bits), columns, planes.size(), to);
  }

  // Subsampled colours are put together by libtiff, as Pillow has it too.
  void decode_by_libtiff() {
    TIFFSetField(file_, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    std::vector<uint32_t> raster(size_t{layout_.width} * layout_.height);
    if (TIFFReadRGBAImageOriented(file_, layout_.width, layout_.height, raster.data(), ORIENTATION_TOPLEFT,
                                  1) == 0) {
      refuse_damaged(name_);
    }
    uint8_t* to = image_.pixels.data();
    for (const uint32_t pixel : raster) {
      *to++ = static_cast<uint8_t>(TIFFGetR(pixel));
      *to++ = static_cast<uint8_t>(TIFFGetG(pixel));
      *to++ = static_cast<uint8_t>(TIFFGetB(pixel));
    }
  }

  TIFF* file_;
  Layout layout_;
  const std::string& name_;
  Image& image_;
};

}  // namespace

PictureHead read_tiff_head(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  MemoryFile memory{bytes};
  const Tiff file = open(memory, name);
  const Layout layout = checked_layout(file.get(), bytes.size(), name, options);
  return {layout.width, layout.height, std::max<int>(1, layout.orientation)};
}

Image decode_tiff(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  MemoryFile memory{bytes};
  const Tiff file = open(memory, name);
  const Layout layout = checked_layout(file.get(), bytes.size(), name, options);
  Image image = make_image(layout.width, layout.height);
  TiffDecoder(file.get(), layout, name, image).decode();
  return image;
}

}  // namespace zoo
