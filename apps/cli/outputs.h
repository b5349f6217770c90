// Where programs write.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace zoo::apps {

// Throws Error{usage} that names the flag, where `out` is one of the inputs, or lies in one that is a folder:
// it would be replaced.
void require_no_input(const std::string& flag, const std::filesystem::path& out,
                      const std::vector<std::filesystem::path>& inputs);

}  // namespace zoo::apps
