#include "transforms/decode/exif.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "transforms/decode/byte_number.h"

namespace zoo {
namespace {

constexpr uint32_t kOrientationTag = 0x0112;
constexpr uint32_t kShort = 3;

// What an orientation does: mirrors the columns, mirrors the rows, then swaps both.
struct Turn {
  bool from_right, from_below, transpose;
};

Turn turn_of(int orientation) {
  return {.from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8,
          .from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7,
          .transpose = orientation >= 5};
}

}  // namespace

int tiff_orientation(std::span<const std::byte> tiff) {
  if (tiff.size() < 8) return 0;
  const auto order = tiff[0] == std::byte{'M'} ? std::endian::big : std::endian::little;
  const auto number = [&](size_t offset, size_t size) { return byte_number(tiff, offset, size, order); };
  if (number(2, 2) != 42) return 0;
  const size_t directory = number(4, 4);
  const size_t entries = number(directory, 2);
  for (size_t entry = directory + 2; entry < directory + 2 + 12 * entries; entry += 12) {
    if (number(entry, 2) != kOrientationTag || number(entry + 2, 2) != kShort) continue;
    const uint32_t orientation = number(entry + 8, 2);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 0;
}

int exif_orientation(std::span<const std::byte> block) {
  constexpr size_t kPrefix = 6;
  const bool is_exif = block.size() >= kPrefix && std::memcmp(block.data(), "Exif\0", kPrefix) == 0;
  return is_exif ? tiff_orientation(block.subspan(kPrefix)) : 0;
}

int xmp_orientation(std::string_view xmp) {
  constexpr std::string_view kTag = "tiff:Orientation";
  for (size_t place = xmp.find(kTag); place != std::string_view::npos; place = xmp.find(kTag, place + 1)) {
    std::string_view rest = xmp.substr(place + kTag.size());
    if (rest.starts_with("=\""))
      rest.remove_prefix(2);
    else if (rest.starts_with(">"))
      rest.remove_prefix(1);
    else
      continue;
    if (rest.empty() || rest[0] < '0' || rest[0] > '9') continue;
    return rest[0] >= '1' && rest[0] <= '8' ? rest[0] - '0' : 1;
  }
  return 0;
}

Image apply_orientation(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const auto [from_right, from_below, transpose] = turn_of(orientation);
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

Size turned_size(Size size, int orientation) {
  return turn_of(orientation).transpose ? Size{size.height, size.width} : size;
}

Box turned_box(const Box& box, Size size, int orientation) {
  const Turn turn = turn_of(orientation);
  const auto width = static_cast<double>(size.width), height = static_cast<double>(size.height);
  Box turned = box;
  if (turn.from_right) turned.left = width - box.right, turned.right = width - box.left;
  if (turn.from_below) turned.top = height - box.bottom, turned.bottom = height - box.top;
  if (turn.transpose) {
    std::swap(turned.left, turned.top);
    std::swap(turned.right, turned.bottom);
  }
  return turned;
}

CropRect unturned_window(const CropRect& window, Size size, int orientation) {
  const Turn turn = turn_of(orientation);
  CropRect rect = window;
  if (turn.transpose) rect = {window.top, window.left, window.height, window.width};
  if (turn.from_right) rect.left = size.width - rect.left - rect.width;
  if (turn.from_below) rect.top = size.height - rect.top - rect.height;
  return rect;
}

}  // namespace zoo
