// Numbers that numpy pickled: multiarray.scalar(dtype, bytes).
#pragma once

#include <optional>
#include <vector>

#include "zoo/checkpoint/value.h"

namespace zoo {

// The plain number; nothing where the dtype is not a little-endian bool, integer or float of a machine's
// size.
std::optional<Value> numpy_scalar(const std::vector<Value>& args);

}  // namespace zoo
