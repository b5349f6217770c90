// Pillow's resampling, one axis at a time (Pillow 2.7 to 13, libImaging/Resample.c and Geometry.c describe
// the same arithmetic). Internal to transforms.
#pragma once

#include "transforms/image.h"
#include "zoo/core/preprocess.h"

namespace zoo {

// `source` pixels, of which [from, to) becomes `target` pixels, of which [first, first + count) are wanted.
struct ResampleAxis {
  int64_t source = 0;
  float from = 0, to = 0;
  int64_t target = 0;
  int64_t first = 0, count = 0;
};

// Bit-equal to Pillow. Only the wanted pixels, and the source rows that they need, are computed.
Image pillow_resample(const Image& image, const ResampleAxis& x, const ResampleAxis& y,
                      Interpolation interpolation);

}  // namespace zoo
