// TIFF's samples as red, green and blue. Internal to transforms.
#pragma once

#include <cstdint>
#include <span>

#include "transforms/decode/decode_tiff_layout.h"

namespace zoo {

// One row of `columns` pixels, to `to`. The samples are as libtiff gives them: 16 and 32 bits in the
// machine's order, fewer bits packed; in as many rows as there are planes.
void store_tiff_row(std::span<const uint8_t* const> planes, uint32_t columns, const TiffLayout& layout,
                    uint8_t* to);

}  // namespace zoo
