#include "zoo/checkpoint/torch/big_endian.h"

#include <algorithm>
#include <cstdint>

#include "zoo/base/error.h"

namespace zoo {
namespace {

// A complex number is two of them.
int64_t number_size(DType dtype) {
  const bool is_complex = dtype == DType::c32 || dtype == DType::c64 || dtype == DType::c128;
  return item_size(dtype) / (is_complex ? 2 : 1);
}

int64_t number_size(const Storage& storage) {
  int64_t size = 1;
  for (const auto& tensor : storage.tensors) {
    const int64_t other = number_size(tensor->dtype);
    if (size > 1 && other > 1 && size != other) {
      throw Error(ErrorCode::unsupported, {},
                  "big-endian numbers of " + std::to_string(size) + " and of " + std::to_string(other) +
                      " bytes share the storage '" + excerpt(storage.key) + "'",
                  "Load and save it again in Python on a big-endian machine, each tensor cloned.");
    }
    size = std::max(size, other);
  }
  return size;
}

template <size_t kSize>
void reverse_each(ByteSpan from, std::byte* to) {
  for (size_t at = 0; at + kSize <= from.size(); at += kSize) {
    for (size_t i = 0; i < kSize; ++i) to[at + i] = from[at + kSize - 1 - i];
  }
}

}  // namespace

void attach_big_endian(const Storage& storage, ByteSpan bytes, const std::shared_ptr<const void>& owner) {
  const int64_t size = number_size(storage);
  if (size == 1) return TorchObjects::attach(storage, bytes, owner);
  const auto turned = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
  if (size == 2) reverse_each<2>(bytes, turned.get());
  if (size == 4) reverse_each<4>(bytes, turned.get());
  if (size == 8) reverse_each<8>(bytes, turned.get());
  // A storage without a dtype may end with a piece of a number, which no tensor reaches.
  const size_t rest = bytes.size() % static_cast<size_t>(size);
  std::ranges::copy(bytes.last(rest), turned.get() + bytes.size() - rest);
  TorchObjects::attach(storage, {turned.get(), bytes.size()}, turned);
}

}  // namespace zoo
