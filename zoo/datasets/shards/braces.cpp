#include "zoo/datasets/shards/braces.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "zoo/base/error.h"

namespace zoo {
namespace {

[[noreturn]] void refuse(std::string_view pattern, const std::string& what) {
  throw Error(ErrorCode::usage, std::string(pattern), what, "Write for example 'train-{000..009}.tar'.");
}

std::optional<uint64_t> whole_number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_padded(std::string_view number) {
  return number.size() > 1 && number.front() == '0';
}

std::vector<std::string> alternatives(std::string_view inside, std::string_view pattern) {
  std::vector<std::string> names;
  if (const size_t dots = inside.find(".."); dots != std::string_view::npos) {
    const std::string_view first = inside.substr(0, dots), last = inside.substr(dots + 2);
    const auto begin = whole_number(first), end = whole_number(last);
    if (!begin || !end || *end < *begin)
      refuse(pattern, "'{" + std::string(inside) + "}' is no rising range of numbers");
    if (*end - *begin >= kMostExpanded) refuse(pattern, "stands for more than a million names");
    const size_t width = is_padded(first) || is_padded(last) ? std::max(first.size(), last.size()) : 0;
    for (uint64_t i = *begin; i <= *end; ++i) {
      std::string number = std::to_string(i);
      number.insert(0, width - std::min(width, number.size()), '0');
      names.push_back(std::move(number));
    }
    return names;
  }
  if (inside.find(',') == std::string_view::npos) refuse(pattern, "braces without '..' or ','");
  for (size_t at = 0; at <= inside.size();) {
    const size_t comma = std::min(inside.find(',', at), inside.size());
    names.emplace_back(inside.substr(at, comma - at));
    at = comma + 1;
  }
  return names;
}

}  // namespace

bool has_braces(std::string_view text) {
  return text.find('{') != std::string_view::npos;
}

std::vector<std::string> expand_braces(std::string_view pattern) {
  std::vector<std::string> names{""};
  std::string_view rest = pattern;
  for (;;) {
    const size_t open = rest.find('{');
    for (std::string& name : names) name += rest.substr(0, open);
    if (open == std::string_view::npos) return names;
    rest.remove_prefix(open + 1);
    const size_t close = rest.find_first_of("{}");
    if (close == std::string_view::npos || rest[close] == '{')
      refuse(pattern, "a brace is not closed before the next");
    const std::vector<std::string> inside = alternatives(rest.substr(0, close), pattern);
    rest.remove_prefix(close + 1);
    if (names.size() * inside.size() > kMostExpanded) refuse(pattern, "stands for more than a million names");
    std::vector<std::string> product;
    for (const std::string& name : names) {
      for (const std::string& part : inside) product.push_back(name + part);
    }
    names = std::move(product);
  }
}

}  // namespace zoo
