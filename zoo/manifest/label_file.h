// Lists of class names as people keep them: lines, numbered lines, JSON from index to name or from name to
// index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/manifest/label_set.h"

namespace zoo {

// One name a line, in the order of the model's classes, further names of a class after tabs; or lines that
// are all numbered from 0 or 1 on ("1 001.Black_footed_Albatross"); or lines that all begin with a WordNet id
// ("n01440764 tench, Tinca tinca"). Empty lines do not count.
// Or JSON: an array of names; an object from index to name, from name to index, or from index to
// ["n01440764", "tench"]; or an object with such a one as its id2label, label2id, class_to_idx, idx_to_class,
// label_names, class_names or classes.
// A WordNet id beside another name is an other name. `where` is what messages name. Throws Error{corrupt}.
LabelSet parse_label_file(std::string_view text, const std::string& where);

// What those members are called; the likeliest first.
const std::vector<std::string>& class_name_keys();

// Where each class stands in `indices`, which must be 0, 1, ... in any order, each once. Throws
// Error{corrupt}.
std::vector<size_t> positions_of(const std::vector<int64_t>& indices, const std::string& where);

}  // namespace zoo
