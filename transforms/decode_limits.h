// What a picture may claim before anything is allocated for it. Internal to transforms.
#pragma once

#include <cstdint>
#include <string>

namespace zoo {

// Throws Error{corrupt} where the size is empty or above the limit.
void require_size(int64_t width, int64_t height, const std::string& name, int64_t max_pixels);

}  // namespace zoo
