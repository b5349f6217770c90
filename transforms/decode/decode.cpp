#include "transforms/decode/decode.h"

#include <utility>

#include "transforms/decode/decode_format.h"
#include "transforms/decode/exif.h"
#include "zoo/base/file_bytes.h"

namespace zoo {

Image decode_image(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options) {
  Picture picture = decoder_of(bytes, name).decode(bytes, name, options);
  return apply_orientation(std::move(picture.image), picture.orientation);
}

Image read_image(const std::filesystem::path& path, const DecodeOptions& options) {
  return decode_image(read_bytes(path).bytes, path.string(), options);
}

}  // namespace zoo
