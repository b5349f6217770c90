// PBM, PGM, PPM (plain and raw, any scale) and PFM, by Pillow's rules. Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_head.h"
#include "transforms/decode/decode_options.h"

namespace zoo {

PictureHead read_pnm_head(std::span<const std::byte> bytes, const std::string& name,
                          const DecodeOptions& options);
Picture decode_pnm(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
