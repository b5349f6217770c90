// Little-endian numbers and stretches out of bytes that nobody vouches for: every read is checked against the
// end.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "zoo/base/foreign_text.h"  // for what is text in them

namespace zoo {

using ByteSpan = std::span<const std::byte>;

inline std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The number at `at`; the caller has checked that it lies inside.
template <std::integral T>
T load(ByteSpan bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

// True where [begin, begin + length) lies inside [0, size), without overflow.
constexpr bool fits(uint64_t begin, uint64_t length, uint64_t size) {
  return begin <= size && length <= size - begin;
}

}  // namespace zoo
