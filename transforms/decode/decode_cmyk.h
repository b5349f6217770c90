// Cyan, magenta, yellow and black as red, green and blue. Internal to transforms.
#pragma once

#include <cstdint>

#include "zoo/manifest/preprocess.h"

namespace zoo {

// Of numbers that are 255 where there is no ink, as JPEG files of this kind have them: colour * black / 255,
// which Pillow rounds and OpenCV truncates.
inline void cmyk_to_rgb(const uint8_t* cmyk, uint8_t* rgb, int64_t pixels, Backend backend) {
  for (int64_t i = 0; i < pixels; ++i, cmyk += 4, rgb += 3) {
    const int black = cmyk[3];
    for (int c = 0; c < 3; ++c) {
      const int product = (255 - cmyk[c]) * black;
      const int rounded = ((product + 128) + ((product + 128) >> 8)) >> 8;
      rgb[c] = static_cast<uint8_t>(black - (backend == Backend::pillow ? rounded : product >> 8));
    }
  }
}

}  // namespace zoo
