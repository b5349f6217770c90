// What the first bytes of a picture file say, read before any decoder sees them. Internal to transforms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace zoo {

enum class ImageFormat { unknown, jpeg, png, bmp, webp, tiff, pnm, gif };

struct ImageHeader {
  ImageFormat format = ImageFormat::unknown;
  int64_t width = 0, height = 0;  // pixels; 0 where the header does not say
  // A kind of this format whose pixels would not be Pillow's; empty for the others.
  std::string_view inexact{};
};

// By content. Never throws; what is cut off reads as zero.
ImageHeader read_image_header(std::span<const std::byte> bytes);
std::string_view to_string(ImageFormat format);

}  // namespace zoo
