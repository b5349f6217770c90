#include "transforms/image_header.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "transforms/byte_number.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;

std::string_view text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

uint32_t little(Bytes bytes, size_t offset, size_t size) {
  return byte_number(bytes, offset, size, std::endian::little);
}
uint32_t big(Bytes bytes, size_t offset, size_t size) {
  return byte_number(bytes, offset, size, std::endian::big);
}

constexpr std::string_view kDeep = "more than 8 bits a channel";

ImageHeader png_header(Bytes bytes) {
  const bool deep_grey = big(bytes, 24, 1) == 16 && big(bytes, 25, 1) == 0;
  return {ImageFormat::png, big(bytes, 16, 4), big(bytes, 20, 4), deep_grey ? kDeep : ""};
}

ImageHeader bmp_header(Bytes bytes) {
  const uint32_t header_size = little(bytes, 14, 4);
  if (header_size == 12) return {ImageFormat::bmp, little(bytes, 18, 2), little(bytes, 20, 2)};
  const auto height = static_cast<int32_t>(little(bytes, 22, 4));  // negative: rows from top to bottom
  const uint32_t depth = little(bytes, 28, 2);
  return {ImageFormat::bmp, little(bytes, 18, 4), std::abs(int64_t{height}),
          depth == 16 ? "5 or 6 bits a channel" : ""};
}

ImageHeader webp_header(Bytes bytes) {
  const std::string_view chunk = text(bytes).substr(12, 4);
  if (chunk == "VP8X") return {ImageFormat::webp, little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1};
  if (chunk == "VP8L") {
    const uint32_t sizes = little(bytes, 21, 4);
    return {ImageFormat::webp, (sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1};
  }
  return {ImageFormat::webp, little(bytes, 26, 2) & 0x3FFF, little(bytes, 28, 2) & 0x3FFF};
}

ImageHeader tiff_header(Bytes bytes) {
  const auto order = bytes[0] == std::byte{'M'} ? std::endian::big : std::endian::little;
  const auto number = [&](size_t offset, size_t size) { return byte_number(bytes, offset, size, order); };
  ImageHeader header{.format = ImageFormat::tiff};
  // Bits of the first channel: in the entry itself if there are at most two.
  const auto bits = [&](size_t entry) -> uint32_t {
    const size_t place = number(entry + 4, 4) > 2 ? number(entry + 8, 4) : entry + 8;
    return place < 8 ? 0 : number(place, 2);
  };
  const size_t directory = number(4, 4);
  const size_t entries = number(directory, 2);
  for (size_t entry = directory + 2; entry < directory + 2 + 12 * entries; entry += 12) {
    const uint32_t tag = number(entry, 2);
    const uint32_t value = number(entry + 2, 2) == 3 ? number(entry + 8, 2) : number(entry + 8, 4);
    if (tag == 256) header.width = value;
    if (tag == 258 && bits(entry) > 8) header.inexact = kDeep;
    if (tag == 257) header.height = value;
  }
  return header;
}

// The next decimal number of a PNM header, behind white space and comments; 0 if there is none.
int64_t pnm_number(std::string_view& rest) {
  while (!rest.empty() && (std::isspace(static_cast<unsigned char>(rest[0])) != 0 || rest[0] == '#')) {
    rest.remove_prefix(rest[0] == '#' ? std::min(rest.find('\n'), rest.size()) : 1);
  }
  int64_t value = 0;
  for (; !rest.empty() && rest[0] >= '0' && rest[0] <= '9' && value < int64_t{1} << 40;
       rest.remove_prefix(1)) {
    value = value * 10 + (rest[0] - '0');
  }
  return value;
}

ImageHeader pnm_header(Bytes bytes) {
  std::string_view rest = text(bytes).substr(2);
  const int64_t width = pnm_number(rest);
  const int64_t height = pnm_number(rest);
  const bool bitmap = bytes[1] == std::byte{'1'} || bytes[1] == std::byte{'4'};
  const int64_t scale = bitmap ? 255 : pnm_number(rest);
  if (scale == 0) return {.format = ImageFormat::pnm};
  return {ImageFormat::pnm, width, height, scale == 255 ? "" : "a scale other than 0 to 255"};
}

}  // namespace

ImageHeader read_image_header(std::span<const std::byte> bytes) {
  const std::string_view head = text(bytes);
  using namespace std::string_view_literals;
  if (head.starts_with("\xFF\xD8\xFF"sv)) return {.format = ImageFormat::jpeg};
  if (head.starts_with("\x89PNG\r\n\x1A\n"sv)) return png_header(bytes);
  if (head.starts_with("GIF87a"sv) || head.starts_with("GIF89a"sv)) return {.format = ImageFormat::gif};
  if (head.starts_with("BM"sv)) return bmp_header(bytes);
  if (head.starts_with("RIFF"sv) && head.substr(0, 12).ends_with("WEBP"sv)) return webp_header(bytes);
  if (head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv)) return tiff_header(bytes);
  const bool pnm = head.size() > 2 && head[0] == 'P' && head[1] >= '1' && head[1] <= '6' &&
                   (std::isspace(static_cast<unsigned char>(head[2])) != 0 || head[2] == '#');
  if (pnm) return pnm_header(bytes);
  return {};
}

std::string_view to_string(ImageFormat format) {
  switch (format) {
    case ImageFormat::jpeg:
      return "JPEG";
    case ImageFormat::png:
      return "PNG";
    case ImageFormat::bmp:
      return "BMP";
    case ImageFormat::webp:
      return "WebP";
    case ImageFormat::tiff:
      return "TIFF";
    case ImageFormat::pnm:
      return "PNM";
    case ImageFormat::gif:
      return "GIF";
    case ImageFormat::unknown:
      break;
  }
  return "an unknown format";
}

}  // namespace zoo
