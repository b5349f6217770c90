// JPEG by libjpeg-turbo. Internal to transforms.
#pragma once

#include "transforms/decode.h"

namespace zoo {

// As Pillow does: damaged data is decoded as far as libjpeg goes on, a file that ends early is an error.
Image decode_jpeg(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
