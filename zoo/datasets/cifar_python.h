// Which folders are CIFAR's Python version.
#pragma once

#include <filesystem>

namespace zoo {

// By the names of the files in it.
bool is_cifar_python(const std::filesystem::path& folder);

}  // namespace zoo
