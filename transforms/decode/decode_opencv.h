// Every format that OpenCV reads. Internal to transforms.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "transforms/decode/decode_options.h"
#include "transforms/image.h"

namespace zoo {

// cv::imdecode in colour, not turned (but for TIFF, which OpenCV always turns). Throws Error{corrupt} where
// OpenCV gives nothing.
Image decode_opencv(std::span<const std::byte> bytes, const std::string& name);

}  // namespace zoo
