#include "transforms/exif.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "transforms/byte_number.h"

namespace zoo {
namespace {

constexpr uint32_t kOrientationTag = 0x0112;
constexpr uint32_t kShort = 3;

}  // namespace

int exif_orientation(std::span<const std::byte> block) {
  constexpr size_t kPrefix = 6;
  if (block.size() < kPrefix + 8 || std::memcmp(block.data(), "Exif\0", kPrefix) != 0) return 1;
  const auto tiff = block.subspan(kPrefix);
  const auto order = tiff[0] == std::byte{'M'} ? std::endian::big : std::endian::little;
  const auto number = [&](size_t offset, size_t size) { return byte_number(tiff, offset, size, order); };
  if (number(2, 2) != 42) return 1;
  const size_t directory = number(4, 4);
  const size_t entries = number(directory, 2);
  for (size_t entry = directory + 2; entry < directory + 2 + 12 * entries; entry += 12) {
    if (number(entry, 2) != kOrientationTag || number(entry + 2, 2) != kShort) continue;
    const uint32_t orientation = number(entry + 8, 2);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

Image apply_orientation(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const bool transpose = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image turned = transpose ? make_image(image.height, image.width, image.channels)
                           : make_image(image.width, image.height, image.channels);
  for (int64_t y = 0; y < turned.height; ++y) {
    uint8_t* to = turned.row(y);
    for (int64_t x = 0; x < turned.width; ++x, to += image.channels) {
      int64_t column = transpose ? y : x, row = transpose ? x : y;
      if (from_right) column = image.width - 1 - column;
      if (from_below) row = image.height - 1 - row;
      std::copy_n(image.row(row) + column * image.channels, image.channels, to);
    }
  }
  return turned;
}

}  // namespace zoo
