// PNG by libpng. Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_head.h"
#include "transforms/decode/decode_options.h"

namespace zoo {

// Of an animated file the first picture, without the frames after it.
PictureHead read_png_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options);
Picture decode_png(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
