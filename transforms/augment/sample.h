// Pixels between pixels, as Pillow's Image.transform interpolates them. Internal to transforms.
#pragma once

#include <cstdint>
#include <span>

#include "transforms/image.h"
#include "zoo/manifest/preprocess.h"

namespace zoo {

// Writes the picture's value at (x[i], y[i]), pixels' middles being at .5, to out + 3 * i; a place outside
// the picture is left as it is. Nearest, bilinear or bicubic, in double precision. Bit-equal to Pillow 13.
// With AVX2 where the processor has it.
void sample_row(const Image& image, Interpolation interpolation, std::span<const double> x,
                std::span<const double> y, uint8_t* out);
// The same bits without; for tests.
void sample_row_plainly(const Image& image, Interpolation interpolation, std::span<const double> x,
                        std::span<const double> y, uint8_t* out);

}  // namespace zoo
