#include "transforms/decode/decode_jpeg.h"

#include <algorithm>
#include <vector>

#include "transforms/decode/decode_cmyk.h"
#include "transforms/decode/decode_jpeg_reader.h"
#include "transforms/decode/decode_limits.h"
#include "transforms/decode/exif.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr int64_t kChromaMargin = 4;  // pixels beside a window that interpolated chroma depends on, at most
constexpr int64_t kRowsAtOnce = 16;

[[noreturn]] void refuse(const JpegReader& reader, const std::string& name) {
  if (reader.out_of_data()) {
    throw Error(ErrorCode::corrupt, name, "the JPEG file ends early", "Get the whole file, or leave it out.");
  }
  throw Error(ErrorCode::corrupt, name, "the JPEG file cannot be decoded: " + std::string(reader.error()));
}

// Huffman coding takes a bit for each block at least, arithmetic coding next to nothing.
constexpr int64_t kMostPixelsPerByte = 512, kMostArithmeticPixelsPerByte = 1 << 16;

void open(JpegReader& reader, size_t bytes, const std::string& name, const DecodeOptions& options) {
  if (!reader.read_header()) refuse(reader, name);
  require_size(reader.width(), reader.height(), name, options.max_pixels);
  require_plausible(
      reader.width(), reader.height(), bytes, name,
      {.pixels_per_byte = reader.arithmetic() ? kMostArithmeticPixelsPerByte : kMostPixelsPerByte,
       .may_be_cut = options.allow_truncated});
}

int turn_of(const JpegReader& reader, const DecodeOptions& options) {
  return options.exif ? reader.orientation(options.backend == Backend::pillow) : 1;
}

// Behind a damaged place where libjpeg gives up, Pillow leaves the picture black, and a CMYK one white.
Image read_all(JpegReader& reader, const std::string& name, const DecodeOptions& options) {
  const int64_t width = reader.width(), height = reader.height();
  const bool cmyk = reader.components() == 4;
  Image image = make_image(width, height, cmyk ? 4 : 3);
  const bool started = reader.start({.cmyk = cmyk});
  if (!started && (!options.allow_truncated || reader.is_bomb())) refuse(reader, name);
  const bool whole =
      started && reader.read_rows(image.pixels.data(), static_cast<size_t>(width * image.channels), height) &&
      reader.finish();
  if (!whole && !options.allow_truncated) refuse(reader, name);
  if (!cmyk) return image;
  std::fill(image.row(reader.rows_read()), image.pixels.data() + image.pixels.size(), uint8_t{255});
  Image converted = make_image(width, height);
  cmyk_to_rgb(image.pixels.data(), converted.pixels.data(), width * height, options.backend);
  return converted;
}

struct Columns {
  int64_t left = 0, width = 0;
};

// Columns that contain the window's and, if it does not reach the picture's border, what its chroma needs.
Columns with_margin(const CropRect& window, int64_t picture_width) {
  const int64_t left = std::max<int64_t>(0, window.left - kChromaMargin);
  return {left, std::min(picture_width, window.left + window.width + kChromaMargin) - left};
}

CropRect scaled_outwards(const CropRect& window, int64_t denominator) {
  const auto up = [&](int64_t edge) { return (edge + denominator - 1) / denominator; };
  const int64_t left = window.left / denominator, top = window.top / denominator;
  return {left, top, up(window.left + window.width) - left, up(window.top + window.height) - top};
}

bool read_window(JpegReader& reader, const CropRect& window, Backend backend, Image& image) {
  const bool cmyk = reader.components() == 4;
  Columns columns = with_margin(window, reader.output_width());
  const bool all = columns.width == reader.output_width();
  if (!all && !reader.crop_columns(columns.left, columns.width)) return false;
  if (window.top > 0 && !reader.skip_rows(window.top)) return false;
  const int64_t channels = cmyk ? 4 : 3, row_bytes = columns.width * channels;
  if (!cmyk && columns.width == window.width) {
    return reader.read_rows(image.pixels.data(), static_cast<size_t>(row_bytes), window.height);
  }
  std::vector<uint8_t> rows(static_cast<size_t>(kRowsAtOnce * row_bytes));
  for (int64_t y = 0; y < window.height; y += kRowsAtOnce) {
    const int64_t count = std::min(kRowsAtOnce, window.height - y);
    if (!reader.read_rows(rows.data(), static_cast<size_t>(row_bytes), count)) return false;
    for (int64_t i = 0; i < count; ++i) {
      const uint8_t* from = rows.data() + i * row_bytes + (window.left - columns.left) * channels;
      if (cmyk) {
        cmyk_to_rgb(from, image.row(y + i), window.width, backend);
      } else {
        std::copy_n(from, window.width * channels, image.row(y + i));
      }
    }
  }
  return true;
}

}  // namespace

Picture decode_jpeg(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options) {
  JpegReader reader(bytes, {.ends_anywhere = options.allow_truncated, .keeps_exif = options.exif});
  open(reader, bytes.size(), name, options);
  const int turn = turn_of(reader, options);  // finish() forgets the markers
  return {read_all(reader, name, options), turn};
}

PictureHead read_jpeg_head(std::span<const std::byte> bytes, const std::string& name,
                           const DecodeOptions& options) {
  JpegReader reader(bytes, {.ends_anywhere = options.allow_truncated, .keeps_exif = options.exif});
  open(reader, bytes.size(), name, options);
  return {reader.width(), reader.height(), turn_of(reader, options)};
}

std::optional<ReducedWindow> decode_jpeg_window(std::span<const std::byte> bytes, const std::string& name,
                                                const CropRect& window, JpegScale scale,
                                                const DecodeOptions& options) {
  JpegReader reader(bytes, {.keeps_exif = options.exif});
  open(reader, bytes.size(), name, options);
  const int turn = turn_of(reader, options);
  const Size size{reader.width(), reader.height()};
  require_inside(window, turned_size(size, turn), name);
  const CropRect unturned = unturned_window(window, size, turn);
  if (!reader.has_end()) return std::nullopt;
  const int64_t d = scale.denominator;
  const CropRect scaled = scaled_outwards(unturned, d);
  Image image = make_image(scaled.width, scaled.height);
  const JpegOutput output{
      .cmyk = reader.components() == 4, .denominator = scale.denominator, .plain_chroma = scale.plain_chroma};
  if (!reader.start(output) || reader.smooths()) return std::nullopt;
  if (!read_window(reader, scaled, options.backend, image) || reader.warned()) return std::nullopt;
  const double step = 1.0 / static_cast<double>(d);
  const auto place = [&](int64_t edge, int64_t origin) {
    return static_cast<double>(edge) * step - static_cast<double>(origin);
  };
  const Box box{.left = place(unturned.left, scaled.left),
                .top = place(unturned.top, scaled.top),
                .right = place(unturned.left + unturned.width, scaled.left),
                .bottom = place(unturned.top + unturned.height, scaled.top)};
  return ReducedWindow{apply_orientation(std::move(image), turn),
                       turned_box(box, {scaled.width, scaled.height}, turn)};
}

}  // namespace zoo
