// Crops, paddings and flips.
#pragma once

#include "transforms/augment/steps.h"
#include "transforms/image.h"
#include "transforms/random/random.h"

namespace zoo {

// torchvision's RandomResizedCrop.get_params: ten tries, then the central fallback.
CropRect draw_resized_crop(Size picture, const RandomResizedCrop& options, RandomStream& random);
// torchvision's RandomCrop.get_params. Throws Error{mismatch} where the picture is smaller than `size`.
CropRect draw_crop(Size picture, Size size, RandomStream& random);

// torchvision's pad. Throws Error{mismatch} where a reflected border would be wider than the picture less one
// pixel.
Image pad(const Image& image, const Margins& margins, PaddingMode mode, const Colour& fill);
// torchvision's center_crop.
Image center_crop(const Image& image, Size size);

void flip_horizontal_in_place(Image& image);
void flip_vertical_in_place(Image& image);

}  // namespace zoo
