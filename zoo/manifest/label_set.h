// The names of a data set's classes, one line a class in the order of the model's outputs; further names of
// the same class (a WordNet id, the folder of the original archive, synonyms) follow after tabs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zoo {

// (other name, index of the class), sorted. One that several classes have names none of them by itself.
using OtherNames = std::vector<std::pair<std::string, int64_t>>;

struct LabelSet {
  std::vector<std::string> names;  // one a class; unique in the sets of the manifest
  OtherNames other_names;
};

// Throws Error{not_found, io}, and Error{corrupt} that names the line: an empty name, a label that is there
// twice, a name twice in one line, another number of lines than `classes`.
LabelSet read_label_set(const std::filesystem::path& path, int64_t classes);

// The label sets of weights.json are compiled in as well: a program can name classes without any file.
// "cifar10", "imagenet-1k", ..., sorted.
std::vector<std::string> built_in_label_sets();
// Those that have so many classes.
std::vector<std::string> built_in_label_sets_of(int64_t classes);

// Made at first use, then kept; thread-safe. nullptr if no such set is compiled in.
const LabelSet* find_built_in_label_set(std::string_view name);

// As find, but throws Error{not_found} that lists the sets.
const LabelSet& built_in_label_set(std::string_view name);

}  // namespace zoo
