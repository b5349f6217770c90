// One decoder for each format, chosen by content. Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_head.h"
#include "transforms/decode/decode_options.h"
#include "transforms/decode/image_header.h"

namespace zoo {

struct PictureDecoder {
  ImageFormat format;
  // Both throw Error{corrupt, unsupported}; what head refuses, decode refuses.
  PictureHead (*head)(std::span<const std::byte> bytes, const std::string& name,
                      const DecodeOptions& options);
  Picture (*decode)(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);
};

// Throws Error{corrupt} for what is no picture and Error{unsupported} for a known format that is not read.
const PictureDecoder& decoder_of(std::span<const std::byte> bytes, const std::string& name);

// The size as the picture will be handed out.
PictureHead read_picture_head(std::span<const std::byte> bytes, const std::string& name,
                              const DecodeOptions& options);

}  // namespace zoo
