#include "transforms/augment.h"

#include "transforms/augment/crops.h"

namespace zoo {

CropRect draw_resized_crop(int64_t width, int64_t height, const RandomResizedCropOptions& options,
                           RandomStream& random) {
  const RandomResizedCrop step{.scale = {options.min_scale, options.max_scale},
                               .ratio = {options.min_ratio, options.max_ratio}};
  return draw_resized_crop(Size{width, height}, step, random);
}

Image resized_crop(const Image& image, const CropRect& rect, const RandomResizedCropOptions& options) {
  const Image part = crop(image, rect);
  return options.backend == Backend::pillow
             ? resize_pillow(part, options.size_px, options.size_px, options.interpolation)
             : resize_opencv(part, options.size_px, options.size_px, options.interpolation);
}

Image flip_horizontal(const Image& image) {
  Image flipped = image;
  flip_horizontal_in_place(flipped);
  return flipped;
}

}  // namespace zoo
