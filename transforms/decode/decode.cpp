#include "transforms/decode/decode.h"

#include "transforms/decode/decode_format.h"
#include "transforms/decode/decode_opencv.h"
#include "transforms/decode/decode_png_chunks.h"
#include "transforms/decode/exif.h"
#include "zoo/base/error.h"
#include "zoo/base/file_bytes.h"

namespace zoo {
namespace {

// The other formats are read in one way only: JPEG so that OpenCV's pixels come out too.
bool is_for_opencv(ImageFormat format) {
  return format == ImageFormat::png || format == ImageFormat::webp || format == ImageFormat::bmp ||
         format == ImageFormat::tiff || format == ImageFormat::pnm;
}

}  // namespace

Image decode_image(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options) {
  const PictureDecoder& decoder = decoder_of(bytes, name);
  if (decoder.format == ImageFormat::jpeg) return decoder.decode(bytes, name, options);  // turns by itself
  const PictureHead head = read_picture_head(bytes, name, options);
  if (options.backend == Backend::opencv && is_for_opencv(decoder.format)) {
    if (decoder.format == ImageFormat::png) require_whole_chunks(bytes, name);
    Image image = decode_opencv(bytes, name);
    if (decoder.format != ImageFormat::tiff) {  // which OpenCV has turned
      image = apply_orientation(std::move(image), head.orientation);
    }
    if (image.width == head.width && image.height == head.height) return image;
    throw Error(ErrorCode::corrupt, name, "its header is damaged: Pillow and OpenCV read other sizes from it",
                "Convert the picture to 8-bit PNG or JPEG.");
  }
  return apply_orientation(decoder.decode(bytes, name, options), head.orientation);
}

Image read_image(const std::filesystem::path& path, const DecodeOptions& options) {
  return decode_image(read_bytes(path).bytes, path.string(), options);
}

}  // namespace zoo
