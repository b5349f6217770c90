// PNG by zlib. Internal to transforms.
//
// Not by libpng, because Pillow does without it too: which damage is borne and which refused, what is left of
// a file that ends early, and files that libpng refuses (Apple's CgBI) follow from Pillow's own reading of
// chunks.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_head.h"
#include "transforms/decode/decode_options.h"
#include "transforms/image.h"

namespace zoo {

// Refuse what Pillow refuses. Of an animated file the first frame.
PictureHead read_png_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options);
// Not turned.
Image decode_png(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
