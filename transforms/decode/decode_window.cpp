#include "transforms/decode/decode_window.h"

#include <algorithm>
#include <utility>

#include "transforms/decode/decode.h"
#include "transforms/decode/decode_format.h"
#include "transforms/decode/decode_jpeg.h"
#include "transforms/decode/decode_limits.h"
#include "transforms/decode/image_header.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

bool is_jpeg(std::span<const std::byte> bytes) {
  return read_image_header(bytes).format == ImageFormat::jpeg;
}

Image crop_decoded(std::span<const std::byte> bytes, const std::string& name, const CropRect& window,
                   const DecodeOptions& options) {
  Image image = decode_image(bytes, name, options);
  require_inside(window, {image.width, image.height}, name);
  if (window == CropRect{0, 0, image.width, image.height}) return image;
  return crop(image, window);
}

ReducedWindow whole_window(Image image) {
  const Box box{0, 0, static_cast<double>(image.width), static_cast<double>(image.height)};
  return {std::move(image), box};
}

int reduction(const CropRect& window, Size target) {
  const auto still_has = [&](int denominator) {
    return static_cast<double>(window.width) >=
               kReducedMargin * static_cast<double>(denominator * target.width) &&
           static_cast<double>(window.height) >=
               kReducedMargin * static_cast<double>(denominator * target.height);
  };
  int denominator = 1;
  while (denominator < 8 && still_has(2 * denominator)) denominator *= 2;
  return denominator;
}

}  // namespace

PictureInfo read_picture_info(std::span<const std::byte> bytes, const std::string& name,
                              const DecodeOptions& options) {
  const PictureHead head = read_picture_head(bytes, name, options);
  return {{head.width, head.height}};
}

Image decode_window(std::span<const std::byte> bytes, const std::string& name, const CropRect& window,
                    const DecodeOptions& options) {
  if (is_jpeg(bytes)) {
    auto found = decode_jpeg_window(bytes, name, window, {}, options);
    if (found) return std::move(found->image);
  }
  return crop_decoded(bytes, name, window, options);
}

ReducedWindow decode_reduced_window(std::span<const std::byte> bytes, const std::string& name,
                                    const CropRect& window, Size target, const DecodeOptions& options) {
  if (is_jpeg(bytes)) {
    const JpegScale scale{.denominator = reduction(window, target), .plain_chroma = true};
    auto found = decode_jpeg_window(bytes, name, window, scale, options);
    if (found) return std::move(*found);
  }
  return whole_window(crop_decoded(bytes, name, window, options));
}

}  // namespace zoo
