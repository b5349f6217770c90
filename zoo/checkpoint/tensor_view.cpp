#include "zoo/checkpoint/tensor_view.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "zoo/base/error.h"
#include "zoo/base/text.h"

// A view's bytes are used as they lie in the file, which is little-endian.
static_assert(std::endian::native == std::endian::little);

namespace zoo {
namespace {

struct DTypeInfo {
  std::string_view name;
  int64_t size;
};

constexpr std::array kDTypes{
    DTypeInfo{"float64", 8},         DTypeInfo{"float32", 4},
    DTypeInfo{"float16", 2},         DTypeInfo{"bfloat16", 2},
    DTypeInfo{"int64", 8},           DTypeInfo{"int32", 4},
    DTypeInfo{"int16", 2},           DTypeInfo{"int8", 1},
    DTypeInfo{"uint8", 1},           DTypeInfo{"bool", 1},
    DTypeInfo{"complex64", 8},       DTypeInfo{"complex128", 16},
    DTypeInfo{"float8_e4m3fn", 1},   DTypeInfo{"float8_e5m2", 1},
    DTypeInfo{"float8_e4m3fnuz", 1}, DTypeInfo{"float8_e5m2fnuz", 1},
    DTypeInfo{"float8_e8m0fnu", 1},  DTypeInfo{"float4_e2m1fn_x2", 1},
    DTypeInfo{"complex32", 4},       DTypeInfo{"uint16", 2},
    DTypeInfo{"uint32", 4},          DTypeInfo{"uint64", 8},
    DTypeInfo{"qint8", 1},           DTypeInfo{"quint8", 1},
    DTypeInfo{"qint32", 4},
};
static_assert(kDTypes.size() == static_cast<size_t>(DType::qi32) + 1);

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

// Copies `count` elements that lie `step` elements apart; Size is known to the compiler, so that memcpy is
// one move.
template <size_t Size>
std::byte* copy_row(const std::byte* from, int64_t count, int64_t step, std::byte* out) {
  for (int64_t i = 0; i < count; ++i, out += Size) std::memcpy(out, from + i * step * int64_t{Size}, Size);
  return out;
}

using RowCopy = std::byte* (*)(const std::byte*, int64_t, int64_t, std::byte*);

RowCopy row_copy(int64_t item) {
  switch (item) {
    case 1:
      return copy_row<1>;
    case 2:
      return copy_row<2>;
    case 4:
      return copy_row<4>;
    case 8:
      return copy_row<8>;
    default:
      return copy_row<16>;
  }
}

}  // namespace

int64_t item_size(DType dtype) {
  return kDTypes[static_cast<size_t>(dtype)].size;
}

std::string_view to_string(DType dtype) {
  return kDTypes[static_cast<size_t>(dtype)].name;
}

std::optional<DType> find_dtype(std::string_view name) {
  const auto found = std::ranges::find(kDTypes, name, &DTypeInfo::name);
  if (found == kDTypes.end()) return std::nullopt;
  return static_cast<DType>(found - kDTypes.begin());
}

int64_t check_extent(const TensorView& tensor, int64_t first, int64_t room) {
  int64_t count = 1;
  bool overflow = false;
  for (const int64_t size : tensor.shape) overflow |= __builtin_mul_overflow(count, size, &count);
  overflow |= __builtin_mul_overflow(count, item_size(tensor.dtype), &count);
  if (overflow) refuse("a tensor of the shape " + shape_text(tensor.shape) + " is larger than 2^63 bytes");
  count /= item_size(tensor.dtype);
  if (count == 0) return 0;
  int64_t last = first;
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    int64_t reach = 0;
    overflow |= __builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &reach);
    overflow |= __builtin_add_overflow(last, reach, &last);
  }
  if (overflow || last >= room) {
    refuse("a tensor of the shape " + shape_text(tensor.shape) + " with strides " +
           shape_text(tensor.strides) + " at offset " + std::to_string(first) + " exceeds its storage of " +
           std::to_string(room) + " elements");
  }
  return count;
}

TensorView contiguous_view(DType dtype, std::vector<int64_t> shape) {
  TensorView view;
  view.dtype = dtype;
  view.strides.resize(shape.size());
  int64_t stride = 1;
  bool overflow = false;
  for (size_t i = shape.size(); i-- > 0;) {
    view.strides[i] = stride;
    overflow |= shape[i] < 0 || __builtin_mul_overflow(stride, std::max<int64_t>(shape[i], 1), &stride);
  }
  if (overflow || __builtin_mul_overflow(stride, item_size(dtype), &stride)) {
    refuse("a tensor of the shape " + shape_text(shape) + " is larger than 2^63 bytes");
  }
  view.shape = std::move(shape);
  return view;
}

int64_t TensorView::numel() const {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

bool TensorView::is_contiguous() const {
  if (numel() == 0) return true;
  int64_t expected = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1) continue;
    if (strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

TensorView TensorView::permuted(std::span<const size_t> axes) const {
  TensorView view = *this;
  for (size_t i = 0; i < axes.size(); ++i) {
    view.shape[i] = shape[axes[i]];
    view.strides[i] = strides[axes[i]];
  }
  return view;
}

void TensorView::check_data() const {
  if (numel() == 0) return;
  int64_t last = offset;
  for (size_t i = 0; i < shape.size(); ++i) last += (shape[i] - 1) * strides[i];
  if ((last + 1) * item_size(dtype) > static_cast<int64_t>(storage.size())) {
    throw Error(ErrorCode::corrupt, {},
                "the data of a " + shape_text(shape) + " tensor is not in the file, which is cut off",
                "Download the file again.");
  }
}

void TensorView::copy_to(std::byte* out) const {
  if (numel() == 0) return;
  check_data();
  const int64_t item = item_size(dtype);
  const std::byte* base = storage.data() + offset * item;
  if (is_contiguous()) {
    std::memcpy(out, base, static_cast<size_t>(bytes()));
    return;
  }
  const RowCopy copy = row_copy(item);
  const size_t rows = shape.size() - 1;
  std::vector<int64_t> index(rows, 0);
  const std::byte* row = base;
  while (true) {
    out = copy(row, shape[rows], strides[rows], out);
    size_t axis = rows;
    while (axis-- > 0) {
      row += strides[axis] * item;
      if (++index[axis] < shape[axis]) break;
      row -= strides[axis] * shape[axis] * item;
      index[axis] = 0;
      if (axis == 0) return;
    }
    if (rows == 0) return;
  }
}

std::span<const std::byte> TensorView::row_major_bytes(std::vector<std::byte>& buffer) const {
  const auto size = static_cast<size_t>(bytes());
  if (size == 0) return {};
  check_data();
  if (is_contiguous()) return storage.subspan(static_cast<size_t>(offset * item_size(dtype)), size);
  buffer.resize(size);
  copy_to(buffer.data());
  return buffer;
}

}  // namespace zoo
