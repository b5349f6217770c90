// What a decoder knows of a picture before it decodes. Internal to transforms.
#pragma once

#include <cstdint>

namespace zoo {

struct PictureHead {
  int64_t width = 0, height = 0;  // pixels, before any turn
  int orientation = 1;            // EXIF's, 1 to 8
};

}  // namespace zoo
