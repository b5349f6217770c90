// Which folders hold train/ and val/ rather than classes of these names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace zoo {

// Whether all of the two or more folders in `root` are called train, val, valid, validation or test, and have
// folders in them.
bool is_divided_folder(const std::filesystem::path& root, const std::vector<std::string>& folders);

}  // namespace zoo
