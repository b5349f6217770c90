// What a function was to be called with, as it stands in a pickle. Every accessor checks the kind of what it
// finds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "zoo/checkpoint/value.h"

namespace zoo {

inline constexpr size_t kMaxDims = 64;

// All throw Error{corrupt}; `what` is what their messages call the value.
const Value& argument(const std::vector<Value>& args, size_t index);
int64_t natural(const Value& value, const char* what);                // 0 ... 2^63 - 1
std::vector<int64_t> naturals(const Value& value, const char* what);  // at most kMaxDims
std::string short_text(const Value& value, const char* what);         // at most 255 bytes
// Throws where setting this state of a tensor gives it other values in PyTorch: `set_` by a sequence, or the
// attributes data, real and imag. Other attributes are no part of a tensor's value.
void require_attributes_alone(const Value& state);
// "torch.float16" where the value is that class or function itself, which nothing was called with; else null.
const std::string* global_name(const Value& value);

}  // namespace zoo
