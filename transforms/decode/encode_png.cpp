#include <png.h>

#include <vector>

#include "transforms/decode/decode.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"

namespace zoo {

void write_png(const std::filesystem::path& path, const Image& image) {
  png_image form{};
  form.version = PNG_IMAGE_VERSION;
  form.width = static_cast<png_uint_32>(image.width);
  form.height = static_cast<png_uint_32>(image.height);
  form.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(form);
  std::vector<std::byte> file(size);
  if (png_image_write_to_memory(&form, file.data(), &size, 0, image.pixels.data(), 0, nullptr) == 0) {
    throw Error(ErrorCode::io, path.string(), "the picture cannot be encoded: " + std::string(form.message));
  }
  AtomicFile target(path);
  target.write(std::span(file).first(size));
  target.commit();
}

}  // namespace zoo
