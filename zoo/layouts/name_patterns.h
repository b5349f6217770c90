// Patterns of tensor names: '#' is a number; '%' one that is counted from 0 here and from 1 in the canonical
// name.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace zoo {

// What a pattern found at the front of a name, and what follows it there.
struct NameMatch {
  std::array<int, 4> numbers{};
  size_t count = 0;
  std::string_view rest;
};

std::optional<NameMatch> match_front(std::string_view pattern, std::string_view name);
// The name that a pattern of as many numbers gives.
std::string fill(std::string_view pattern, const NameMatch& match);

bool is_canonical(std::string_view name);
// Canonical, and of a part that torchvision has.
bool is_torchvision(std::string_view name);

}  // namespace zoo
