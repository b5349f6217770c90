#include "zoo/models/tensor_bridge.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "zoo/base/error.h"

namespace zoo {
namespace {

struct Pair {
  DType file;
  at::ScalarType torch;
};
constexpr std::array kWeights{Pair{DType::f32, at::kFloat}, Pair{DType::f16, at::kHalf},
                              Pair{DType::bf16, at::kBFloat16}, Pair{DType::f64, at::kDouble}};
constexpr std::array kCounters{Pair{DType::i64, at::kLong}, Pair{DType::i32, at::kInt},
                               Pair{DType::i16, at::kShort}, Pair{DType::i8, at::kChar},
                               Pair{DType::u8, at::kByte}};

const Pair* find(DType dtype) {
  for (const Pair& pair : kWeights) {
    if (pair.file == dtype) return &pair;
  }
  for (const Pair& pair : kCounters) {
    if (pair.file == dtype) return &pair;
  }
  return nullptr;
}

const Pair* find(at::ScalarType type) {
  for (const Pair& pair : kWeights) {
    if (pair.torch == type) return &pair;
  }
  for (const Pair& pair : kCounters) {
    if (pair.torch == type) return &pair;
  }
  return nullptr;
}

}  // namespace

bool is_weight_dtype(DType dtype) {
  return std::ranges::find(kWeights, dtype, &Pair::file) != kWeights.end();
}

bool is_counter_dtype(DType dtype) {
  return std::ranges::find(kCounters, dtype, &Pair::file) != kCounters.end();
}

at::Tensor to_tensor(const TensorView& view) {
  const Pair* pair = find(view.dtype);
  if (pair == nullptr) {
    throw Error(ErrorCode::unsupported, "", "a tensor of dtype " + std::string(to_string(view.dtype)));
  }
  const auto begin = static_cast<size_t>(view.offset * item_size(view.dtype));
  const bool whole = begin + static_cast<size_t>(view.bytes()) <= view.storage.size();
  if (view.is_contiguous() && whole && view.numel() > 0) {
    const std::byte* data = view.storage.data() + begin;
    if (reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(item_size(view.dtype)) == 0) {
      return at::from_blob(const_cast<std::byte*>(data), view.shape, pair->torch);
    }
  }
  at::Tensor tensor = at::empty(view.shape, pair->torch);
  view.copy_to(static_cast<std::byte*>(tensor.data_ptr()));
  return tensor;
}

bool takes_elements_of(const at::Tensor& tensor, const TensorView& view) {
  const Pair* pair = find(view.dtype);
  return pair != nullptr && pair->torch == tensor.scalar_type() && tensor.device().is_cpu() &&
         tensor.is_contiguous() && tensor.numel() == view.numel();
}

TensorView to_view(const at::Tensor& tensor) {
  const Pair* pair = find(tensor.scalar_type());
  if (pair == nullptr) {
    throw Error(ErrorCode::unsupported, "",
                std::string("a tensor of dtype ") + at::toString(tensor.scalar_type()));
  }
  const auto row_major = std::make_shared<const at::Tensor>(tensor.detach().cpu().contiguous());
  TensorView view;
  view.dtype = pair->file;
  view.shape = row_major->sizes().vec();
  view.strides = row_major->strides().vec();
  view.storage = {static_cast<const std::byte*>(row_major->const_data_ptr()), row_major->nbytes()};
  view.device = "cpu";
  view.owner = row_major;
  return view;
}

}  // namespace zoo
