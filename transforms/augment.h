// Training transforms, with torchvision's names, ranges and defaults.
#pragma once

#include "transforms/image.h"
#include "transforms/random.h"
#include "transforms/resize.h"

namespace zoo {

struct RandomResizedCropOptions {
  int64_t size_px = 224;
  double min_scale = 0.08, max_scale = 1.0;             // share of the picture's area
  double min_ratio = 3.0 / 4.0, max_ratio = 4.0 / 3.0;  // width / height
  Interpolation interpolation = Interpolation::bilinear;
  Backend backend = Backend::pillow;
};
// torchvision's RandomResizedCrop.get_params: ten tries, then the central fallback.
CropRect draw_resized_crop(int64_t width, int64_t height, const RandomResizedCropOptions& options,
                           RandomStream& random);
// Crops, then resizes: pixels outside the rectangle have no influence.
Image resized_crop(const Image& image, const CropRect& rect, const RandomResizedCropOptions& options);
Image flip_horizontal(const Image& image);

}  // namespace zoo
