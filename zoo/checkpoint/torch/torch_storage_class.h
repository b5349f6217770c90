// The names of torch's storage classes, each for the storages of one dtype.
#pragma once

#include <optional>
#include <string_view>

#include "zoo/checkpoint/tensor_view.h"

namespace zoo {

// The last part of a class's name, "FloatStorage"; torch, torch.cuda and torch.storage have one each. An
// untyped storage is one of bytes. Nothing for other names.
std::optional<DType> storage_class_dtype(std::string_view name);
// Empty where torch keeps the dtype in untyped storages.
std::string_view storage_class(DType dtype);

}  // namespace zoo
