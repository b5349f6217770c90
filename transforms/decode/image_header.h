// Which format a picture file has, by its first bytes. Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace zoo {

enum class ImageFormat { unknown, jpeg, png, bmp, webp, tiff, pnm, gif, foreign };

struct ImageHeader {
  ImageFormat format = ImageFormat::unknown;
  std::string_view name;  // "PNG"; of a foreign format too
};

// `foreign` is a known format that is not read. Never throws.
ImageHeader read_image_header(std::span<const std::byte> bytes);

}  // namespace zoo
