#include "transforms/decode/decode_png.h"

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "transforms/decode/byte_number.h"
#include "transforms/decode/decode_limits.h"
#include "transforms/decode/exif.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;

constexpr int64_t kMostPixelsPerByte = 8 * 1032;  // zlib's bytes of a byte, each of 8 pixels of one bit
constexpr char kEndsEarly[] = "it ends early";

// libpng leaves through a callback that must not return. The callback jumps back into the function of
// PngReader that called libpng; those functions own no objects, so that the jump skips no destructor.
class PngReader {
 public:
  PngReader(Bytes bytes, bool truncated_ok) : bytes_(bytes), truncated_ok_(truncated_ok) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, [](png_structp, png_const_charp) {});
    info_ = png_ != nullptr ? png_create_info_struct(png_) : nullptr;
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  bool read_header() {
    if (info_ == nullptr) return false;
    if (setjmp(escape_) != 0) return false;
    png_set_read_fn(png_, this, read);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // Texts, profiles, times and the like are passed over: nothing is unpacked or kept of them.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);
    return true;
  }
  // Red, green and blue of 8 bits, or, where they are kept, the two bytes of deep greys.
  bool read_rows(std::vector<png_bytep>& rows, bool keep_deep_greys) {
    if (setjmp(escape_) != 0) return false;
    if (color_type() == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (!keep_deep_greys) {
      png_set_strip_16(png_);
      png_set_expand_gray_1_2_4_to_8(png_);
      png_set_gray_to_rgb(png_);
    }
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_rowbytes(png_, info_) > 3 * width()) png_error(png_, "its rows have an unknown form");
    png_read_image(png_, rows.data());
    return true;
  }

  png_uint_32 width() const { return png_get_image_width(png_, info_); }
  png_uint_32 height() const { return png_get_image_height(png_, info_); }
  bool has_deep_greys() const {
    return color_type() == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png_, info_) == 16;
  }
  const char* error() const { return error_; }

 private:
  png_byte color_type() const { return png_get_color_type(png_, info_); }

  static void fail(png_structp png, png_const_charp what) {
    auto& reader = *static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader.error_, sizeof(reader.error_), "%s", what);
    std::longjmp(reader.escape_, 1);
  }
  static void read(png_structp png, png_bytep to, size_t size) {
    auto& reader = *static_cast<PngReader*>(png_get_io_ptr(png));
    const size_t there = std::min(size, reader.bytes_.size() - reader.place_);
    // libpng asks for many bytes at once: it gets the last ones of a cut file too, and zeros after them.
    if (there < size && (!reader.truncated_ok_ || there == 0)) png_error(png, kEndsEarly);
    std::memset(to, 0, size);
    std::memcpy(to, reader.bytes_.data() + reader.place_, there);
    reader.place_ += there;
  }

  Bytes bytes_;
  bool truncated_ok_;
  size_t place_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf escape_{};
  char error_[256] = "there is no memory for it";
};

bool is_apples(Bytes bytes) {
  constexpr size_t kFirstChunk = 12;
  return bytes.size() > kFirstChunk + 4 && std::memcmp(bytes.data() + kFirstChunk, "CgBI", 4) == 0;
}

[[noreturn]] void refuse(const std::string& name, const PngReader& reader) {
  throw Error(ErrorCode::corrupt, name, "the PNG file cannot be decoded: " + std::string(reader.error()),
              "Get the whole file, or leave it out.");
}

// EXIF may stand before or after the pixels; Pillow asks XMP where there is none.
int find_orientation(Bytes bytes, const DecodeOptions& options) {
  if (!options.exif) return 1;
  constexpr size_t kSignature = 8, kChunkHead = 8, kCrc = 4;
  constexpr std::string_view kXmpKey("XML:com.adobe.xmp\0\0\0", 20);  // not compressed
  int exif = 0, xmp = 0;
  for (size_t place = kSignature; place + kChunkHead <= bytes.size();) {
    const size_t size = byte_number(bytes, place, 4, std::endian::big);
    const Bytes rest = bytes.subspan(place + kChunkHead);
    const std::string_view type(reinterpret_cast<const char*>(rest.data()) - 4, 4);
    const Bytes data = rest.first(std::min(size, rest.size()));
    const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
    if (type == "eXIf") exif = tiff_orientation(data);
    if (type == "iTXt" && text.starts_with(kXmpKey)) xmp = xmp_orientation(text);
    if (type == "IEND" || size > rest.size()) break;
    place += kChunkHead + size + kCrc;
  }
  return std::max(1, exif != 0 || options.backend == Backend::opencv ? exif : xmp);
}

PictureHead open(PngReader& reader, Bytes bytes, const std::string& name, const DecodeOptions& options) {
  if (is_apples(bytes)) {
    throw Error(ErrorCode::unsupported, name, "PNG in Apple's own form (CgBI) is not read",
                "Convert the picture to 8-bit PNG or JPEG.");
  }
  if (!reader.read_header()) refuse(name, reader);
  const PictureHead head{reader.width(), reader.height(), find_orientation(bytes, options)};
  require_size(head.width, head.height, name, options.max_pixels);
  require_plausible(head.width, head.height, bytes.size(), name, {.pixels_per_byte = kMostPixelsPerByte});
  return head;
}

// Pillow cuts greys of 16 bits off at 255. Backwards, since a pixel grows from two bytes to three.
void cut_deep_greys_off(Image& image) {
  for (int64_t y = 0; y < image.height; ++y) {
    uint8_t* row = image.row(y);
    for (int64_t x = image.width - 1; x >= 0; --x) {
      const uint8_t level = row[2 * x] > 0 ? uint8_t{255} : row[2 * x + 1];
      std::fill_n(row + 3 * x, 3, level);
    }
  }
}

}  // namespace

PictureHead read_png_head(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  PngReader reader(bytes, options.allow_truncated);
  return open(reader, bytes, name, options);
}

Picture decode_png(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  PngReader reader(bytes, options.allow_truncated);
  const PictureHead head = open(reader, bytes, name, options);
  Image image = make_image(head.width, head.height);
  std::vector<png_bytep> rows;
  rows.reserve(static_cast<size_t>(head.height));
  for (int64_t y = 0; y < head.height; ++y) rows.push_back(image.row(y));
  const bool keep_deep_greys = reader.has_deep_greys() && options.backend == Backend::pillow;
  if (!reader.read_rows(rows, keep_deep_greys) && !options.allow_truncated) refuse(name, reader);
  if (keep_deep_greys) cut_deep_greys_off(image);
  return {std::move(image), head.orientation};
}

}  // namespace zoo
