// Which folders hold train/ and val/ rather than classes of these names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace zoo {

// Whether `root`, whose folders these are, is divided into parts: it holds train/ beside val/, valid/,
// validation/ or test/, or no folders but such, two or more or train/ alone. A part has class folders or tar
// shards in it.
bool is_divided_folder(const std::filesystem::path& root, const std::vector<std::string>& folders);

}  // namespace zoo
