// What a user wants otherwise than a weight's own preprocessing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "zoo/manifest/preprocess.h"

namespace zoo {

// What is not set stays as it is.
struct PreprocessChoice {
  std::optional<int64_t> image_size;  // pixels: side of what the model sees
  std::optional<ResizeMode> resize;
  int64_t resize_px = 0;  // of resize, unless that is none
  std::optional<Interpolation> interpolation;
  std::optional<bool> exif;
  std::optional<std::array<double, 3>> mean, std;  // red, green, blue, in 0..1
};

// `preprocess` with what is chosen. An image size alone keeps the ratio of resize to crop; where the weight
// does not resize, the picture's short edge becomes the image size. Throws Error{usage} that names the field.
Preprocess choose(Preprocess preprocess, const PreprocessChoice& choice);

}  // namespace zoo
