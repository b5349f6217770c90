// What a picture may claim before anything is allocated for it. Internal to transforms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "transforms/resize.h"

namespace zoo {

// Throws Error{corrupt} where the size is empty or above the limit.
void require_size(int64_t width, int64_t height, const std::string& name, int64_t max_pixels);

// Throws Error{corrupt} where a large picture has more pixels for each byte of the file than its format can
// pack.
void require_plausible(int64_t width, int64_t height, size_t bytes, const std::string& name,
                       int64_t most_pixels_per_byte);

// Throws Error{mismatch} for a window that is empty or not inside a picture of that size.
void require_inside(const CropRect& window, Size size, const std::string& name);

}  // namespace zoo
