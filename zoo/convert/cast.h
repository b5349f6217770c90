// Floating tensors in another precision.
#pragma once

#include <vector>

#include "zoo/checkpoint/checkpoint.h"

namespace zoo {

// The tensors of float64, float32, float16 and bfloat16 as row-major ones of `to`, which is one of these; all
// others as they are. Rounds to nearest, ties to even, through float32, as torch does; what is too large
// becomes infinite; NaN stays NaN. Throws Error{unsupported} for other floating dtypes, Error{corrupt} where
// data is cut off.
std::vector<NamedTensor> cast(std::vector<NamedTensor> tensors, DType to);

}  // namespace zoo
