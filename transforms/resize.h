// Resampling of 8-bit pictures, equal to the last bit to what the publishers' libraries do.
#pragma once

#include "transforms/image.h"
#include "zoo/core/preprocess.h"

namespace zoo {

// Part of a picture, in pixels of the source; may be fractional in Pillow's resize.
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
};

// Pillow's Image.resize: antialiased, support scaled with the ratio, 22-bit fixed-point weights, horizontal pass first
// and rounded to 8 bits. Bit-equal for nearest, bilinear and bicubic. `box` as in Pillow (default: all of it).
Image resize_pillow(const Image& image, int64_t width, int64_t height, Interpolation interpolation);
Image resize_pillow(const Image& image, int64_t width, int64_t height, Interpolation interpolation, const Box& box);
// cv::resize with INTER_NEAREST, INTER_LINEAR, INTER_CUBIC.
Image resize_opencv(const Image& image, int64_t width, int64_t height, Interpolation interpolation);

}  // namespace zoo
