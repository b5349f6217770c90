// Which files are MNIST's.
#pragma once

#include <filesystem>

namespace zoo {

// Whether the file's name is that of a file of pictures: NAME-images-idx3-ubyte, NAME-images.idx3-ubyte, with
// or without .gz.
bool is_idx_pictures(const std::filesystem::path& file);

}  // namespace zoo
