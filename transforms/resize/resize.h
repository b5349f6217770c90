// Resampling of 8-bit pictures, equal to the last bit to what the publishers' libraries do.
#pragma once

#include <cstdint>

#include "transforms/image.h"
#include "zoo/manifest/preprocess.h"

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

// Pillow's Image.resize: antialiased, support scaled with the ratio, 22-bit fixed-point weights, each pass
// rounded to 8 bits. Bit-equal to Pillow 13 for its six filters and 1 to 4 channels; of four channels none is
// taken for transparency (Pillow multiplies RGBA and LA by it before and divides after; its CMYK and RGBa are
// resized as here). `box` as in Pillow (default: all of it); Pillow keeps it in single precision. Throws
// Error{mismatch} for an empty picture, size or box, or one outside the picture, Error{unsupported} for
// Interpolation::area or another number of channels.
Image resize_pillow(const Image& image, int64_t width, int64_t height, Interpolation interpolation);
Image resize_pillow(const Image& image, int64_t width, int64_t height, Interpolation interpolation,
                    const Box& box);
// crop(resize_pillow(image, whole.width, whole.height, interpolation), window), of which only the window is
// computed.
Image resize_pillow_window(const Image& image, Size whole, Interpolation interpolation,
                           const CropRect& window);

// A window of a resize of which only a part of the source is at hand.
struct PillowResize {
  Size source, whole;  // pixels of the picture before and after
  CropRect window;     // of `whole`: what is wanted
  Interpolation interpolation = Interpolation::bilinear;
  int64_t left = 0, top = 0;  // where the part at hand begins in the source
};
// The part of the source that the window is made of.
CropRect resize_pillow_source(Size source, Size whole, Interpolation interpolation, const CropRect& window);
// `part` holds resize_pillow_source. Bit-equal to resize_pillow_window of the whole source. Throws
// Error{mismatch} if it does not.
Image resize_pillow_part(const Image& part, const PillowResize& resize);
// The same into window.height rows of window.width pixels, `stride` bytes apart. What it needs besides is
// kept by each thread for the next call.
void resize_pillow_into(const Image& part, const PillowResize& resize, uint8_t* to, int64_t stride);

// cv::resize with INTER_NEAREST, INTER_LINEAR, INTER_CUBIC, INTER_LANCZOS4, INTER_AREA. Throws
// Error{unsupported} for box and hamming.
Image resize_opencv(const Image& image, int64_t width, int64_t height, Interpolation interpolation);

}  // namespace zoo
