#include "zoo/convert/cast.h"

#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "zoo/base/error.h"
#include "zoo/base/parallel.h"
#include "zoo/convert/element_types.h"

namespace zoo {
namespace {

template <class From, class To>
void convert(const std::byte* from, int64_t count, std::byte* out) {
  for (int64_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, from + i * int64_t{sizeof(From)}, sizeof(From));
    To result;
    narrow(widen(value), result);
    std::memcpy(out + i * int64_t{sizeof(To)}, &result, sizeof(To));
  }
}

using Convert = void (*)(const std::byte*, int64_t, std::byte*);

template <class From>
Convert converter(DType to) {
  switch (to) {
    case DType::f64:
      return convert<From, double>;
    case DType::f32:
      return convert<From, float>;
    case DType::f16:
      return convert<From, Half>;
    default:
      return convert<From, BFloat>;
  }
}

// nullptr for dtypes that are not cast.
Convert converter(DType from, DType to) {
  switch (from) {
    case DType::f64:
      return converter<double>(to);
    case DType::f32:
      return converter<float>(to);
    case DType::f16:
      return converter<Half>(to);
    case DType::bf16:
      return converter<BFloat>(to);
    default:
      return nullptr;
  }
}

TensorView cast(const TensorView& tensor, DType to, Convert convert) {
  std::vector<std::byte> buffer;
  const std::span<const std::byte> elements = tensor.row_major_bytes(buffer);
  TensorView result = contiguous_view(to, tensor.shape);
  const auto size = static_cast<size_t>(result.bytes());
  const auto memory = std::make_shared_for_overwrite<std::byte[]>(size);
  convert(elements.data(), tensor.numel(), memory.get());
  result.storage = {memory.get(), size};
  result.storage_key = tensor.storage_key;
  result.device = tensor.device;
  result.owner = memory;
  return result;
}

}  // namespace

std::vector<NamedTensor> cast(std::vector<NamedTensor> tensors, DType to) {
  size_t bytes = 0;
  for (const auto& [name, tensor] : tensors) {
    bytes += static_cast<size_t>(tensor.bytes());
    const std::string_view dtype = to_string(tensor.dtype);
    if (dtype.starts_with("float") && converter(tensor.dtype, to) == nullptr) {
      throw Error(ErrorCode::unsupported, {},
                  "tensor '" + name + "' is " + std::string(dtype) + ", which is not cast");
    }
  }
  run_parallel(tensors.size(), bytes, [&](size_t i) {
    TensorView& tensor = tensors[i].tensor;
    const Convert convert = tensor.dtype == to ? nullptr : converter(tensor.dtype, to);
    if (convert != nullptr) tensor = cast(tensor, to, convert);
  });
  return tensors;
}

}  // namespace zoo
