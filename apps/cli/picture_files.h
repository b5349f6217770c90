// The pictures that arguments of a command mean.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "zoo/base/error.h"

namespace zoo::apps {

// Each file as it is given, each folder replaced by the pictures in it and below it (torchvision's suffixes),
// in byte order. A file that does not exist is kept: reading it will say so. Throws Error{not_found} for a
// folder without pictures, Error{io} for one that cannot be read.
std::vector<std::filesystem::path> picture_files(const std::vector<std::string>& arguments,
                                                 const std::function<void(const Error&)>& on_error);

}  // namespace zoo::apps
