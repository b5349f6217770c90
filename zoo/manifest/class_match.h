// Which of a model's classes those of a data set are: by every name that is known of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "zoo/manifest/label_set.h"

namespace zoo {

struct ClassMatch {
  std::vector<int64_t> indices;  // for each class of the data its index among the model's
  std::string note;              // where it was not by name: what was taken for what; else empty
};

// `classes` are those of the data, all different; `labels` names the model's `num_classes`, or none of them.
// A class is the one that has its name, exactly or else without regard to case, '_', '-' and ' ', as its
// label or as another name; where the labels are those of a set that is compiled in, its other names count
// too. A name of several classes means the one that no other class of the data is. Classes that are all
// numbers and none of them a name, with a 0 among them, are indices. Without labels, as many classes as the
// model has are the model's in their order. Throws Error{mismatch} that says which class is unknown, is
// several, or is there twice; never guesses.
ClassMatch match_classes(const std::vector<std::string>& classes, const LabelSet& labels,
                         int64_t num_classes);

}  // namespace zoo
