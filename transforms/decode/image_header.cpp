#include "transforms/decode/image_header.h"

#include <array>
#include <cctype>

namespace zoo {
namespace {

using namespace std::string_view_literals;

struct Signature {
  size_t place;
  std::string_view bytes;
  ImageHeader header;
};

constexpr std::array kSignatures{
    Signature{0, "\xFF\xD8\xFF"sv, {ImageFormat::jpeg, "JPEG"}},
    Signature{0, "\x89PNG\r\n\x1A\n"sv, {ImageFormat::png, "PNG"}},
    Signature{0, "GIF87a"sv, {ImageFormat::gif, "GIF"}},
    Signature{0, "GIF89a"sv, {ImageFormat::gif, "GIF"}},
    Signature{8, "WEBP"sv, {ImageFormat::webp, "WebP"}},
    Signature{0, "II*\0"sv, {ImageFormat::tiff, "TIFF"}},
    Signature{0, "MM\0*"sv, {ImageFormat::tiff, "TIFF"}},
    Signature{0, "II+\0"sv, {ImageFormat::tiff, "TIFF"}},
    Signature{0, "MM\0+"sv, {ImageFormat::tiff, "TIFF"}},
    Signature{0, "BM"sv, {ImageFormat::bmp, "BMP"}},
    Signature{0, "qoif"sv, {ImageFormat::foreign, "QOI"}},
    Signature{4, "jP  \r\n\x87\n"sv, {ImageFormat::foreign, "JPEG 2000"}},
    Signature{0, "\xFF\x4F\xFF\x51"sv, {ImageFormat::foreign, "JPEG 2000"}},
    Signature{4, "ftypavif"sv, {ImageFormat::foreign, "AVIF"}},
    Signature{4, "ftyphei"sv, {ImageFormat::foreign, "HEIF"}},
    Signature{4, "ftypmif1"sv, {ImageFormat::foreign, "HEIF"}},
    Signature{4, "JXL \r\n\x87\n"sv, {ImageFormat::foreign, "JPEG XL"}},
    Signature{0, "\xFF\x0A"sv, {ImageFormat::foreign, "JPEG XL"}},
    Signature{0, "8BPS"sv, {ImageFormat::foreign, "Photoshop"}},
    Signature{0, "DDS "sv, {ImageFormat::foreign, "DDS"}},
    Signature{0, "\0\0\1\0"sv, {ImageFormat::foreign, "ICO"}},
    Signature{0, "\0\0\2\0"sv, {ImageFormat::foreign, "CUR"}},
    Signature{0, "icns"sv, {ImageFormat::foreign, "ICNS"}},
    Signature{0, "\x76\x2F\x31\x01"sv, {ImageFormat::foreign, "OpenEXR"}},
    Signature{0, "#?RADIANCE"sv, {ImageFormat::foreign, "Radiance HDR"}},
};

bool is_pnm(std::string_view head) {
  if (head.size() < 3 || head[0] != 'P' || std::isspace(static_cast<unsigned char>(head[2])) == 0)
    return false;
  return (head[1] >= '1' && head[1] <= '6') || head[1] == 'f';
}

}  // namespace

ImageHeader read_image_header(std::span<const std::byte> bytes) {
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Signature& signature : kSignatures) {
    if (head.size() < signature.place || !head.substr(signature.place).starts_with(signature.bytes)) continue;
    if (signature.header.format == ImageFormat::webp && !head.starts_with("RIFF")) continue;
    return signature.header;
  }
  if (is_pnm(head)) return {ImageFormat::pnm, "PNM"};
  return {};
}

}  // namespace zoo
