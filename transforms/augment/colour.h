// Operations that mix the channels of a pixel. Bit-equal to Pillow 13 and torchvision 0.28; all work in
// place.
#pragma once

#include "transforms/augment/steps.h"
#include "transforms/image.h"

namespace zoo {

void grayscale(Image& image);  // all channels become the grey value
// 0: grey, 1: as it is, more: more colour.
void adjust_saturation(Image& image, double factor);
// In turns, -0.5 to 0.5. By way of Pillow's 8-bit HSV, so that even 0 loses a little.
void adjust_hue(Image& image, double turns);

// Adds to each channel what OpenMMLab's Lighting adds for these three normal numbers. What leaves 0 .. 255
// wraps around, as in mmpretrain.
void adjust_lighting(Image& image, const Lighting& lighting, const std::array<double, 3>& alpha);

}  // namespace zoo
