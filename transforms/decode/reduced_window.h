// A part of a picture at a fraction of its scale.
#pragma once

#include "transforms/image.h"
#include "transforms/resize/resize.h"

namespace zoo {

struct ReducedWindow {
  Image image;
  Box box;  // the wanted window in pixels of `image`; its sides may be fractions
};

}  // namespace zoo
