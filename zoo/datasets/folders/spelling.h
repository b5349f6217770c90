// Class names that are meant to be one and are written in two ways: "Cat" and "cat", "cat" and "cat ", an
// accent composed in one folder (as Linux and Windows write it) and decomposed in the other (as macOS does).
#pragma once

#include <string>
#include <vector>

namespace zoo {

class Dataset;

struct ClassSource {
  const std::vector<std::string>& classes;
  std::string where;  // "photos/val", for messages
};
// Throws Error{mismatch} that shows both and says how they differ, for a class that only `a` has and one that
// only `b` has, where the two are the same but for case, blanks, '_', '-' or the form of accents.
void require_one_spelling(const ClassSource& a, const ClassSource& b);
// The same between the parts of a data set. `where` is the set, for messages.
void require_one_spelling(const Dataset& dataset, const std::string& where);

}  // namespace zoo
