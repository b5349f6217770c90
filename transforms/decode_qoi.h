// The "Quite OK Image" format (qoiformat.org, version 1.0). Internal to transforms.
#pragma once

#include "transforms/decode.h"
#include "transforms/decode_head.h"

namespace zoo {

PictureHead read_qoi_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options);
Image decode_qoi(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
