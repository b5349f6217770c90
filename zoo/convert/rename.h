// Other people's module names: tensors are renamed before anything is made of their names.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"

namespace zoo {

// Each "REGEX=TO" (ECMAScript; $1 is the first group; the last '=' separates) in turn replaces all matches in
// all names. Throws Error{usage} for what is no such expression or too complex, and where two tensors get one
// name. A tensor whose name becomes empty is left out.
void rename(std::vector<NamedTensor>& tensors, std::span<const std::string> renamings);

}  // namespace zoo
