#include "transforms/decode/decode_tiff_layout.h"

#include <algorithm>

#include "transforms/decode/decode_limits.h"
#include "transforms/decode/exif.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::unsupported, name, "TIFF of this kind is not read: " + what,
              "Convert the picture to 8-bit PNG or JPEG.");
}

int xmp_turn(TIFF* file) {
  uint32_t size = 0;
  const char* text = nullptr;
  if (TIFFGetField(file, TIFFTAG_XMLPACKET, &size, &text) != 1) return 1;
  return std::max(1, xmp_orientation({text, size}));
}

void read_blocks(TIFF* file, const std::string& name, TiffLayout& layout) {
  layout.tiled = TIFFIsTiled(file) != 0;
  if (layout.tiled) {
    TIFFGetField(file, TIFFTAG_TILEWIDTH, &layout.block_width);
    TIFFGetField(file, TIFFTAG_TILELENGTH, &layout.block_height);
  } else {
    layout.block_width = layout.width;
    TIFFGetFieldDefaulted(file, TIFFTAG_ROWSPERSTRIP, &layout.block_height);
    layout.block_height = std::min(layout.block_height, layout.height);
  }
  if (layout.block_width == 0 || layout.block_height == 0) refuse_damaged_tiff(name);
}

TiffLayout read_layout(TIFF* file, const std::string& name) {
  TiffLayout layout;
  if (TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &layout.width) != 1 ||
      TIFFGetField(file, TIFFTAG_IMAGELENGTH, &layout.height) != 1) {
    refuse_damaged_tiff(name);
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
  if (layout.photometric == PHOTOMETRIC_YCBCR && layout.samples == 3 &&
      layout.compression == COMPRESSION_NONE) {
    uint16_t across = 0, down = 0;
    TIFFGetFieldDefaulted(file, TIFFTAG_YCBCRSUBSAMPLING, &across, &down);
    layout.subsampled = across != 1 || down != 1;
  }
  read_blocks(file, name, layout);
  return layout;
}

// The rows of Pillow's table of kinds (TiffImagePlugin.OPEN_INFO) that become RGB.
bool is_known(const TiffLayout& layout) {
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

}  // namespace

void refuse_damaged_tiff(const std::string& name) {
  throw Error(ErrorCode::corrupt, name, "the TIFF file cannot be decoded; it is damaged or ends early",
              "Get the whole file, or leave it out.");
}

TiffLayout read_tiff_layout(TIFF* file, size_t bytes, const std::string& name, const DecodeOptions& options) {
  // White takes one bit a row in fax coding; the others stay below 8 pixels in each of 4096 bytes.
  constexpr int64_t kMostPixelsPerByte = 8 * 4096, kMostFaxPixelsPerByte = 1 << 17;
  TiffLayout layout = read_layout(file, name);
  require_size(layout.width, layout.height, name, options.max_pixels);
  if (!is_known(layout)) {
    refuse(name, "colours of kind " + std::to_string(layout.photometric) + " in " +
                     std::to_string(layout.samples) + " channels of " + std::to_string(layout.bits) +
                     " bits");
  }
  const bool is_fax =
      layout.compression >= COMPRESSION_CCITTRLE && layout.compression <= COMPRESSION_CCITTFAX4;
  require_plausible(layout.width, layout.height, bytes, name,
                    {.pixels_per_byte = is_fax              ? kMostFaxPixelsPerByte
                                        : layout.is_plain() ? 8
                                                            : kMostPixelsPerByte,
                     .may_be_cut = options.allow_truncated});
  if (layout.photometric == PHOTOMETRIC_YCBCR && layout.samples == 1) {
    layout.photometric = PHOTOMETRIC_MINISBLACK;
  }
  return layout;
}

}  // namespace zoo
