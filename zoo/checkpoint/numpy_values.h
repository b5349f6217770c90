// Numbers and arrays that numpy pickled. Reference: numpy 2, ndarray.__reduce__ and __reduce_ex__.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/checkpoint/value.h"

namespace zoo {

// All give nothing where the dtype is not a little-endian bool, integer, float or complex of a machine's
// size: objects, texts, dates, records.

// The number that `data` is, little-endian. Also nothing for float16, bfloat16, complex and uint64 numbers.
std::optional<Value> plain_number(DType dtype, std::string_view data);
// multiarray.scalar(dtype, bytes)
std::optional<Value> numpy_scalar(const std::vector<Value>& args);
// numeric._frombuffer(bytes, dtype, shape, order), as protocol 5 has it. `key` becomes the tensor's
// storage_key.
std::optional<Value> numpy_array(const std::vector<Value>& args, const std::string& key);
// The state ([version,] shape, dtype, is Fortran's order, bytes) of what multiarray._reconstruct began.
std::optional<Value> numpy_array_state(const Value& state, const std::string& key);

}  // namespace zoo
