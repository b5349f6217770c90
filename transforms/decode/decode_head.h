// What decoders hand to each other. Internal to transforms.
#pragma once

#include <cstdint>

#include "transforms/image.h"

namespace zoo {

// What a decoder knows of a picture before it decodes.
struct PictureHead {
  int64_t width = 0, height = 0;  // pixels, before any turn
  int orientation = 1;            // EXIF's, 1 to 8; looked for only where the options ask for it
};

struct Picture {
  Image image;          // not turned
  int orientation = 1;  // to be applied
};

}  // namespace zoo
