// What a picture may claim before anything is allocated for it. Internal to transforms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "transforms/resize/resize.h"

namespace zoo {

// Throws Error{corrupt} where the size is empty or above the limit.
void require_size(int64_t width, int64_t height, const std::string& name, int64_t max_pixels);

// How many pixels a byte of a file can stand for at most, as the header tells its format.
struct Packing {
  int64_t pixels_per_byte = 8;
  bool may_be_cut = false;        // bytes may be missing: then more than that are let pass
  int64_t free_pixels = 1 << 22;  // as many may be claimed by any file
};
// Throws Error{corrupt} where a large picture has more pixels for each byte of the file than that.
void require_plausible(int64_t width, int64_t height, size_t bytes, const std::string& name,
                       const Packing& packing);

// Throws Error{mismatch} for a window that is empty or not inside a picture of that size.
void require_inside(const CropRect& window, Size size, const std::string& name);

}  // namespace zoo
