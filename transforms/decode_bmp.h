// Windows and OS/2 bitmaps, by Pillow's rules. Internal to transforms.
#pragma once

#include "transforms/decode.h"
#include "transforms/decode_head.h"

namespace zoo {

PictureHead read_bmp_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options);
Image decode_bmp(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
