// EXIF orientation (tag 0x0112 of IFD 0; Exif 2.3, 4.6.4). Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "transforms/image.h"
#include "transforms/resize/resize.h"

namespace zoo {

// 1..8, of which an invalid one counts as 1; 0 where there is none.
int tiff_orientation(std::span<const std::byte> tiff);   // a TIFF header and what follows
int exif_orientation(std::span<const std::byte> block);  // the same behind "Exif\0\0"
// Adobe's XMP has it too; Pillow asks there if EXIF says nothing.
int xmp_orientation(std::string_view xmp);

// Turns the picture as a viewer would: 2 mirrors, 3 turns by 180 degrees, 4 flips, 5 transposes, 6 turns
// clockwise, 7 transposes along the other diagonal, 8 turns counter-clockwise.
Image apply_orientation(Image image, int orientation);

// What apply_orientation makes of a picture's size, and of a part of a picture of that size.
Size turned_size(Size size, int orientation);
Box turned_box(const Box& box, Size size, int orientation);
// The part of the picture of that size that becomes the window when it is turned.
CropRect unturned_window(const CropRect& window, Size size, int orientation);

}  // namespace zoo
