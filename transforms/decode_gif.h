// The first frame of a GIF, by Pillow's rules. Internal to transforms.
#pragma once

#include "transforms/decode.h"
#include "transforms/decode_head.h"

namespace zoo {

PictureHead read_gif_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options);
Image decode_gif(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
