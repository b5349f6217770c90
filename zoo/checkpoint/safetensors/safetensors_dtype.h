// The names that safetensors has for dtypes.
#pragma once

#include <string>
#include <string_view>

#include "zoo/checkpoint/tensor_view.h"

namespace zoo {

// `tensor` is named in the Error{unsupported} for a dtype that zoo does not have.
DType parse_safetensors_dtype(std::string_view text, const std::string& tensor);
// Throws Error{unsupported} for a dtype that safetensors does not have.
std::string_view safetensors_dtype(DType dtype, const std::string& tensor);
// The place of a dtype in a file as the package writes it: larger alignments first, then by the order of its
// enum.
int safetensors_rank(DType dtype);

}  // namespace zoo
