// File bytes -> RGB picture, by content and never by suffix.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "transforms/decode/decode_options.h"
#include "transforms/image.h"

namespace zoo {

// Always three channels, red-green-blue; grey is repeated, alpha dropped, palettes resolved, as Pillow's
// convert("RGB") does (or OpenCV's IMREAD_COLOR, for that backend). `name` stands in messages.
// Throws Error{corrupt, unsupported}.
Image decode_image(std::span<const std::byte> bytes, const std::string& name,
                   const DecodeOptions& options = {});
// Throws also Error{not_found, io}.
Image read_image(const std::filesystem::path& path, const DecodeOptions& options = {});

// PNG, 8-bit RGB. Throws Error{io}; never leaves half a file.
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace zoo
