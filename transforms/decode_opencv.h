// Every format that OpenCV reads. Internal to transforms.
#pragma once

#include "transforms/decode.h"

namespace zoo {

// cv::imdecode in colour. Throws Error{corrupt} where OpenCV gives nothing.
Image decode_opencv(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options);

}  // namespace zoo
