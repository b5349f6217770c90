// Windows bitmaps that are not packed. Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_head.h"
#include "transforms/decode/decode_options.h"

namespace zoo {

PictureHead read_bmp_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options);
Picture decode_bmp(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
