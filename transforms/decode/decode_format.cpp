#include "transforms/decode/decode_format.h"

#include <algorithm>
#include <array>

#include "transforms/decode/decode_bmp.h"
#include "transforms/decode/decode_gif.h"
#include "transforms/decode/decode_jpeg.h"
#include "transforms/decode/decode_png.h"
#include "transforms/decode/decode_pnm.h"
#include "transforms/decode/decode_tiff.h"
#include "transforms/decode/decode_webp.h"
#include "transforms/decode/exif.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

constexpr std::array kDecoders{
    PictureDecoder{ImageFormat::jpeg, read_jpeg_head, decode_jpeg},
    PictureDecoder{ImageFormat::png, read_png_head, decode_png},
    PictureDecoder{ImageFormat::webp, read_webp_head, decode_webp},
    PictureDecoder{ImageFormat::bmp, read_bmp_head, decode_bmp},
    PictureDecoder{ImageFormat::tiff, read_tiff_head, decode_tiff},
    PictureDecoder{ImageFormat::gif, read_gif_head, decode_gif},
    PictureDecoder{ImageFormat::pnm, read_pnm_head, decode_pnm},
};

// What people have in a picture's place, and how they get the picture.
[[noreturn]] void refuse_other_content(std::span<const std::byte> bytes, const std::string& name) {
  constexpr size_t looked_at = 512;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), looked_at));
  const std::string small = to_lower(text);
  if (text.starts_with("version https://git-lfs.github.com/")) {
    throw Error(ErrorCode::corrupt, name, "not a picture, but the pointer that Git LFS keeps in its place",
                "Run 'git lfs pull' in the repository that it is from.");
  }
  if (small.find("<!doctype html") != std::string::npos || small.find("<html") != std::string::npos) {
    throw Error(ErrorCode::corrupt, name, "not a picture, but a web page that a server sent in its place",
                "Download the picture again, from an address that gives the file itself.");
  }
  if (small.find("<svg") != std::string::npos) {
    throw Error(ErrorCode::unsupported, name, "SVG is not read", "Convert the picture to 8-bit PNG or JPEG.");
  }
  throw Error(ErrorCode::corrupt, name,
              "not a picture: the content is not JPEG, PNG, WebP, BMP, TIFF, GIF or PNM");
}

}  // namespace

const PictureDecoder& decoder_of(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.empty()) throw Error(ErrorCode::corrupt, name, "the file is empty");
  const ImageHeader header = read_image_header(bytes);
  if (header.format == ImageFormat::foreign) {
    throw Error(ErrorCode::unsupported, name, std::string(header.name) + " is not read",
                "Convert the picture to 8-bit PNG or JPEG.");
  }
  const auto found = std::find_if(kDecoders.begin(), kDecoders.end(), [&](const PictureDecoder& decoder) {
    return decoder.format == header.format;
  });
  if (found == kDecoders.end()) refuse_other_content(bytes, name);
  return *found;
}

PictureHead read_picture_head(std::span<const std::byte> bytes, const std::string& name,
                              const DecodeOptions& options) {
  const PictureDecoder& decoder = decoder_of(bytes, name);
  const PictureHead head = decoder.head(bytes, name, options);
  const Size size = turned_size({head.width, head.height}, head.orientation);
  return {size.width, size.height, head.orientation};
}

}  // namespace zoo
