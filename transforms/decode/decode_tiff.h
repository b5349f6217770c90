// The first picture of a TIFF file, of the kinds that Pillow reads, by libtiff. Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_head.h"
#include "transforms/decode/decode_options.h"

namespace zoo {

// The orientation is to be obeyed whatever the options say: Pillow and OpenCV turn every TIFF.
PictureHead read_tiff_head(std::span<const std::byte> bytes, const std::string& name,
                           const DecodeOptions& options);
Picture decode_tiff(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
