// The first frame of a WebP file, by libwebp. Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_head.h"
#include "transforms/decode/decode_options.h"

namespace zoo {

PictureHead read_webp_head(std::span<const std::byte> bytes, const std::string& name,
                           const DecodeOptions& options);
Picture decode_webp(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
