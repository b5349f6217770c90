// A JPEG file by libjpeg alone, and by our own decoder alone.
#pragma once

#include <optional>
#include <span>

#include "transforms/decode/decode_jpeg_reader.h"
#include "transforms/decode/jpeg_scan.h"

namespace zoo::test {

// Nothing where libjpeg gives up, or finds something wrong behind the headers.
inline std::optional<Image> by_libjpeg(std::span<const std::byte> file, const JpegScale& scale = {}) {
  JpegReader reader(file);
  if (!reader.read_header()) return std::nullopt;
  const bool warned_of_headers = reader.warned();
  const int64_t d = scale.denominator;
  Image image = make_image((reader.width() + d - 1) / d, (reader.height() + d - 1) / d);
  if (!reader.start({.denominator = scale.denominator, .plain_chroma = scale.plain_chroma}) ||
      !reader.read_rows(image.pixels.data(), static_cast<size_t>(3 * image.width), image.height) ||
      !reader.finish() || reader.warned() != warned_of_headers) {
    return std::nullopt;
  }
  return image;
}

// Nothing where libjpeg would be asked. Needs jpeg_kernels().
inline std::optional<Image> by_us(std::span<const std::byte> file, const CropRect& window,
                                  const JpegScale& scale = {}) {
  JpegReader reader(file);
  if (!reader.read_header()) return std::nullopt;
  const auto scan = reader.sequential_scan();
  Image image = make_image(window.width, window.height);
  if (!scan || !decode_jpeg_scan(*scan, *jpeg_kernels(), window, scale, image)) return std::nullopt;
  return image;
}

}  // namespace zoo::test
