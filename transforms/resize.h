// Resampling of 8-bit pictures, equal to the last bit to what the publishers' libraries do.
#pragma once

#include "transforms/image.h"
#include "zoo/core/preprocess.h"

namespace zoo {

struct Size {
  int64_t width = 0, height = 0;  // pixels
  friend bool operator==(const Size&, const Size&) = default;
};

// Part of a picture, in whole pixels.
struct CropRect {
  int64_t left = 0, top = 0, width = 0, height = 0;
  friend bool operator==(const CropRect&, const CropRect&) = default;
};

// Part of a picture, in pixels of the source; may be fractional in Pillow's resize.
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
};

// The rectangle lies inside the picture.
Image crop(const Image& image, const CropRect& rect);

// Pillow's Image.resize: antialiased, support scaled with the ratio, 22-bit fixed-point weights, horizontal
// pass first and rounded to 8 bits. Bit-equal for nearest, bilinear and bicubic. `box` as in Pillow
// (default: all of it); Pillow keeps it in single precision. Throws Error{mismatch} for an empty picture,
// size or box, or one outside the picture.
Image resize_pillow(const Image& image, int64_t width, int64_t height, Interpolation interpolation);
Image resize_pillow(const Image& image, int64_t width, int64_t height, Interpolation interpolation,
                    const Box& box);
// crop(resize_pillow(image, whole.width, whole.height, interpolation), window), of which only the window is
// computed.
Image resize_pillow_window(const Image& image, Size whole, Interpolation interpolation,
                           const CropRect& window);
// cv::resize with INTER_NEAREST, INTER_LINEAR, INTER_CUBIC.
Image resize_opencv(const Image& image, int64_t width, int64_t height, Interpolation interpolation);

}  // namespace zoo
