// The pixels of an uncompressed TIFF. Internal to transforms.
//
// Not by libtiff, because Pillow does without it too: the rows count that are there, whatever the lengths of
// the strips are said to be.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_tiff_layout.h"
#include "transforms/image.h"

namespace zoo {

// `bytes`: the whole file. Where a row is not there, it is black if `truncated_ok`. Throws Error{corrupt}.
void decode_raw_tiff(TIFF* file, std::span<const std::byte> bytes, const TiffLayout& layout,
                     const std::string& name, bool truncated_ok, Image& image);

}  // namespace zoo
