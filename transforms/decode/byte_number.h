// Integers inside a file's header. Internal to transforms.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace zoo {

// `size` (1..4) bytes at `offset` in the given order; 0 where the bytes end before.
inline uint32_t byte_number(std::span<const std::byte> bytes, size_t offset, size_t size, std::endian order) {
  if (offset > bytes.size() || bytes.size() - offset < size) return 0;
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    value = value << 8 |
            std::to_integer<uint32_t>(bytes[offset + (order == std::endian::big ? i : size - 1 - i)]);
  }
  return value;
}

}  // namespace zoo
