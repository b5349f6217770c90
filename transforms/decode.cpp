#include "transforms/decode.h"

#include "transforms/decode_jpeg.h"
#include "transforms/decode_limits.h"
#include "transforms/decode_opencv.h"
#include "transforms/image_header.h"
#include "zoo/core/error.h"
#include "zoo/core/file.h"

namespace zoo {
namespace {

void require_known(const ImageHeader& header, const std::string& name, const DecodeOptions& options) {
  const std::string remedy = "Convert the picture to 8-bit PNG or JPEG.";
  if (header.format == ImageFormat::unknown) {
    throw Error(ErrorCode::corrupt, name,
                "not a picture: the content is not JPEG, PNG, WebP, BMP, TIFF or PNM");
  }
  if (header.format == ImageFormat::gif) throw Error(ErrorCode::unsupported, name, "GIF is not read", remedy);
  if (options.backend == Backend::pillow && !header.inexact.empty()) {
    throw Error(
        ErrorCode::unsupported, name,
        std::string(to_string(header.format)) + " of this kind is not read: " + std::string(header.inexact),
        remedy);
  }
}

}  // namespace

Image decode_image(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options) {
  if (bytes.empty()) throw Error(ErrorCode::corrupt, name, "the file is empty");
  const ImageHeader header = read_image_header(bytes);
  require_known(header, name, options);
  if (header.format == ImageFormat::jpeg) return decode_jpeg(bytes, name, options);
  require_size(header.width, header.height, name, options.max_pixels);
  return decode_opencv(bytes, name, options);
}

Image read_image(const std::filesystem::path& path, const DecodeOptions& options) {
  const MappedFile file(path);
  return decode_image(file.bytes(), path.string(), options);
}

}  // namespace zoo
