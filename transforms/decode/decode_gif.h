// The first frame of a GIF, by giflib. Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_head.h"
#include "transforms/decode/decode_options.h"

namespace zoo {

PictureHead read_gif_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options);
Picture decode_gif(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
