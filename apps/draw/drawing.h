// Pictures that the program draws itself: simple figures at random places, sizes, angles and colours over a
// cluttered ground. The embedded default weight is trained on one set of figures, the demo fine-tunes it on
// another.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "transforms/image.h"

namespace zoo {

struct Point {
  double x = 0, y = 0;
};

// A figure in the square [-1, 1] x [-1, 1], y downwards.
struct Figure {
  std::string_view name;  // the class
  bool (*contains)(Point point);
};

enum class FigureSet {
  basic,    // 16 classes: what the embedded default knows
  emblems,  // 8 other classes: what the demo teaches it
};
std::span<const Figure> figures(FigureSet set);

// One picture of size_px x size_px. The same (seed, index) gives the same picture.
Image draw(const Figure& figure, int64_t size_px, uint64_t seed, uint64_t index);

}  // namespace zoo
