// How picture files become pixels.
#pragma once

#include <cstdint>

#include "zoo/manifest/preprocess.h"

namespace zoo {

struct DecodeOptions {
  bool exif = false;  // turn as the EXIF orientation says
  // A file that ends early gives what is there, the rest black (of a JPEG: what libjpeg guesses), as Pillow
  // does with ImageFile.LOAD_TRUNCATED_IMAGES = True.
  bool allow_truncated = false;
  int64_t max_pixels =
      178956970;  // above it: an error (Pillow's decompression-bomb limit, twice its warning)
  Backend backend = Backend::pillow;  // whose pixels are wanted where the two differ (CMYK, 16 bits, ...)
};

}  // namespace zoo
