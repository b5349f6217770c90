// File bytes -> RGB picture, by content and never by suffix.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "transforms/image.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

struct DecodeOptions {
  bool exif = false;  // turn as the EXIF orientation says
  // A file that ends early gives what is there, the rest black (of a JPEG: what libjpeg guesses), as Pillow
  // does with ImageFile.LOAD_TRUNCATED_IMAGES = True.
  bool allow_truncated = false;
  int64_t max_pixels =
      178956970;  // above it: an error (Pillow's decompression-bomb limit, twice its warning)
  Backend backend = Backend::pillow;  // whose pixels are wanted where the two differ (CMYK, 16 bits, ...)
};

// Always three channels, red-green-blue; grey is repeated, alpha dropped, palettes resolved, as Pillow's
// convert("RGB") does (or OpenCV's IMREAD_COLOR, for that backend). `name` stands in messages.
// Throws Error{corrupt, unsupported}.
Image decode_image(std::span<const std::byte> bytes, const std::string& name,
                   const DecodeOptions& options = {});
// Throws also Error{not_found, io}.
Image read_image(const std::filesystem::path& path, const DecodeOptions& options = {});

// PNG, 8-bit RGB. Throws Error{io}; never leaves half a file.
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace zoo
