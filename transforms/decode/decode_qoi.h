// The "Quite OK Image" format (qoiformat.org, version 1.0). Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_head.h"
#include "transforms/decode/decode_options.h"
#include "transforms/image.h"

namespace zoo {

PictureHead read_qoi_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options);
Image decode_qoi(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
