// One input as the contents of two files.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

namespace zoo::fuzz {

struct InputParts {
  unsigned choice = 0;
  std::string first, second;
};

// A byte to choose by, the size of the first file in two bytes (the high one first), both files.
inline InputParts parts_of(std::span<const uint8_t> input) {
  constexpr size_t header = 3;
  if (input.size() < header) return {};
  const auto rest = input.subspan(header);
  const size_t size = std::min<size_t>(input[1] * 256U + input[2], rest.size());
  return {input[0],
          {rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size)},
          {rest.begin() + static_cast<std::ptrdiff_t>(size), rest.end()}};
}

}  // namespace zoo::fuzz
