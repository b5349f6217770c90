#include "zoo/checkpoint/torch/torch_storage_class.h"

#include <algorithm>
#include <array>

namespace zoo {
namespace {

struct StorageClass {
  std::string_view name;
  DType dtype;
};

constexpr std::array kTyped{
    StorageClass{"DoubleStorage", DType::f64},       StorageClass{"FloatStorage", DType::f32},
    StorageClass{"HalfStorage", DType::f16},         StorageClass{"BFloat16Storage", DType::bf16},
    StorageClass{"LongStorage", DType::i64},         StorageClass{"IntStorage", DType::i32},
    StorageClass{"ShortStorage", DType::i16},        StorageClass{"CharStorage", DType::i8},
    StorageClass{"ByteStorage", DType::u8},          StorageClass{"BoolStorage", DType::boolean},
    StorageClass{"ComplexFloatStorage", DType::c64}, StorageClass{"ComplexDoubleStorage", DType::c128},
    StorageClass{"QInt8Storage", DType::qi8},        StorageClass{"QUInt8Storage", DType::qu8},
    StorageClass{"QInt32Storage", DType::qi32},
};

}  // namespace

std::optional<DType> storage_class_dtype(std::string_view name) {
  if (name == "UntypedStorage" || name == "_UntypedStorage") return DType::u8;
  const auto found = std::ranges::find(kTyped, name, &StorageClass::name);
  if (found == kTyped.end()) return std::nullopt;
  return found->dtype;
}

std::string_view storage_class(DType dtype) {
  const auto found = std::ranges::find(kTyped, dtype, &StorageClass::dtype);
  return found == kTyped.end() ? std::string_view() : found->name;
}

}  // namespace zoo
