#include "zoo/checkpoint/safetensors/safetensors_dtype.h"

#include <array>

#include "zoo/base/bytes.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

struct NamedDType {
  std::string_view name;
  DType dtype;
};

// In the order in which the package's serialize() puts them.
constexpr std::array kNames{
    NamedDType{"U64", DType::u64},
    NamedDType{"I64", DType::i64},
    NamedDType{"F64", DType::f64},
    NamedDType{"C64", DType::c64},
    NamedDType{"F32", DType::f32},
    NamedDType{"U32", DType::u32},
    NamedDType{"I32", DType::i32},
    NamedDType{"BF16", DType::bf16},
    NamedDType{"F16", DType::f16},
    NamedDType{"U16", DType::u16},
    NamedDType{"I16", DType::i16},
    NamedDType{"F8_E5M2FNUZ", DType::f8_e5m2fnuz},
    NamedDType{"F8_E4M3FNUZ", DType::f8_e4m3fnuz},
    NamedDType{"F8_E8M0", DType::f8_e8m0fnu},
    NamedDType{"F8_E4M3", DType::f8_e4m3fn},
    NamedDType{"F8_E5M2", DType::f8_e5m2},
    NamedDType{"I8", DType::i8},
    NamedDType{"U8", DType::u8},
    NamedDType{"BOOL", DType::boolean},
};

}  // namespace

DType parse_safetensors_dtype(std::string_view text, const std::string& tensor) {
  for (const NamedDType& known : kNames) {
    if (known.name == text) return known.dtype;
  }
  throw Error(ErrorCode::unsupported, {},
              "tensor '" + excerpt(tensor) + "' has the dtype '" + excerpt(text, 40) + "'");
}

int safetensors_rank(DType dtype) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i].dtype == dtype) return static_cast<int>(i);
  }
  return -1;
}

std::string_view safetensors_dtype(DType dtype, const std::string& tensor) {
  const int rank = safetensors_rank(dtype);
  if (rank >= 0) return kNames[static_cast<size_t>(rank)].name;
  throw Error(
      ErrorCode::unsupported, {},
      "tensor '" + tensor + "' is " + std::string(to_string(dtype)) + ", which safetensors cannot hold");
}

}  // namespace zoo
