// The names of a data set's classes, one line a class in the order of the model's outputs; further names of
// the same class (a WordNet id, the folder of the original archive) follow after tabs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
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

// The label sets of weights.json are compiled in as well: a program can name classes without any file.
// "cifar10", "imagenet-1k", ..., sorted.
std::vector<std::string> built_in_label_sets();

// Made at first use, then kept; thread-safe. nullptr if no such set is compiled in.
const LabelSet* find_built_in_label_set(std::string_view name);

// As find, but throws Error{not_found} that lists the sets.
const LabelSet& built_in_label_set(std::string_view name);

}  // namespace zoo
