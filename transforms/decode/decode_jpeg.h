// JPEG by libjpeg-turbo. Internal to transforms.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "transforms/decode/decode_head.h"
#include "transforms/decode/decode_options.h"
#include "transforms/decode/reduced_window.h"

namespace zoo {

struct JpegScale {
  int denominator = 1;  // 1, 2, 4 or 8: the picture is made at 1/denominator of its size by smaller IDCTs
  bool plain_chroma = false;  // chroma samples are repeated; else interpolated
};

// As Pillow does: damaged data is decoded as far as libjpeg goes on, a file that ends early is an error.
Picture decode_jpeg(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

PictureHead read_jpeg_head(std::span<const std::byte> bytes, const std::string& name,
                           const DecodeOptions& options);

// The window of the picture at 1/denominator of its size; the window's sides are rounded outwards to whole
// pixels of that size. Nothing where the short way cannot be trusted to give the pixels of the long way, or
// an error that the long way would give; then decode_jpeg has the answer.
std::optional<ReducedWindow> decode_jpeg_window(std::span<const std::byte> bytes, const std::string& name,
                                                const CropRect& window, JpegScale scale,
                                                const DecodeOptions& options);

}  // namespace zoo
