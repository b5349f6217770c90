// Pillow's resampling (Pillow 2.7 to 13, libImaging/Resample.c and Geometry.c describe the same arithmetic).
// Internal to transforms.
#pragma once

#include <cstdint>

#include "transforms/image.h"
#include "transforms/resize/resample_kernel.h"
#include "transforms/resize/resample_passes.h"

namespace zoo {

// A part of a larger picture: the pixel (0, 0) of `image` is (left, top) there.
struct ImagePart {
  const Image& image;
  int64_t left = 0, top = 0;
};

// Pixels of a picture that a resample reads: [first, last) of one axis.
struct SourceRange {
  int64_t first = 0, last = 0;
};
SourceRange pillow_source(const ResampleAxis& axis, Interpolation interpolation);

// Bit-equal to Pillow. Only the wanted pixels, and the source rows that they need, are computed. The part
// holds at least pillow_source of both axes. Writes y.count rows of x.count pixels, `stride` bytes apart.
// With the fastest passes of this processor, or those given.
void pillow_resample(const ImagePart& part, const ResampleAxis& x, const ResampleAxis& y,
                     Interpolation interpolation, uint8_t* to, int64_t stride,
                     const ResamplePasses& passes = *available_resample_passes().back());

}  // namespace zoo
