// The names of a data set's classes, one line a class in the order of the model's outputs; further names of
// the same class (a WordNet id, the folder of the original archive) follow after tabs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace zoo {

struct LabelSet {
  std::vector<std::string> names;                                // unique
  std::vector<std::pair<std::string, std::string>> other_names;  // (other name, name), sorted, unique
};

// Throws Error{not_found, io}, and Error{corrupt} that names the line: an empty name, a name that is there
// twice, another number of lines than `classes`.
LabelSet read_label_set(const std::filesystem::path& path, int64_t classes);

}  // namespace zoo
