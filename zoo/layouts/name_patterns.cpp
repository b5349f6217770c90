#include "zoo/layouts/name_patterns.h"

#include <algorithm>
#include <charconv>
#include <span>

namespace zoo {
namespace {

// What canonical names look like; '@' is a tensor of a norm. torchvision's come first.
constexpr std::array<std::string_view, 23> kGrammar{
    "conv1.weight",
    "bn1.@",
    "layer#.#.conv#.weight",
    "layer#.#.bn#.@",
    "layer#.#.downsample.0.weight",
    "layer#.#.downsample.1.@",
    "fc.weight",
    "fc.bias",
    "conv1.#.weight",
    "conv1.#.@",
    "maxpool.0.weight",
    "maxpool.1.@",
    "layer#.#.downsample.#.weight",
    "layer#.#.downsample.#.@",
    "layer#.#.se.conv.weight",
    "layer#.#.se.fc#.weight",
    "layer#.#.se.fc#.bias",
    "layer#.#.conv2.conv.weight",
    "layer#.#.conv2.bn#.@",
    "layer#.#.conv2.fc#.weight",
    "layer#.#.conv2.fc#.bias",
    "layer#.#.convs.#.weight",
    "layer#.#.bns.#.@",
};
constexpr size_t kOfTorchvision = 8;
constexpr std::array<std::string_view, 5> kNormTensors{"weight", "bias", "running_mean", "running_var",
                                                       "num_batches_tracked"};

bool matches(std::string_view pattern, std::string_view name) {
  const bool norm = pattern.ends_with('@');
  if (norm) pattern.remove_suffix(1);
  const auto match = match_front(pattern, name);
  if (!match) return false;
  return norm ? std::ranges::find(kNormTensors, match->rest) != kNormTensors.end() : match->rest.empty();
}

bool matches_any(std::span<const std::string_view> patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [&](std::string_view pattern) { return matches(pattern, name); });
}

}  // namespace

std::optional<NameMatch> match_front(std::string_view pattern, std::string_view name) {
  NameMatch match;
  for (const char expected : pattern) {
    if (expected == '#' || expected == '%') {
      int number = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
      const auto digits = static_cast<size_t>(end - name.data());
      // "-1" and "01" are no numbers of a name.
      if (error != std::errc() || name.front() == '-' || (digits > 1 && name.front() == '0'))
        return std::nullopt;
      match.numbers[match.count++] = number + (expected == '%' ? 1 : 0);
      name.remove_prefix(digits);
    } else {
      if (!name.starts_with(expected)) return std::nullopt;
      name.remove_prefix(1);
    }
  }
  match.rest = name;
  return match;
}

std::string fill(std::string_view pattern, const NameMatch& match) {
  std::string text;
  size_t next = 0;
  for (const char c : pattern) {
    if (c == '#' || c == '%') {
      text += std::to_string(match.numbers[next++] - (c == '%' ? 1 : 0));
    } else {
      text += c;
    }
  }
  return text + std::string(match.rest);
}

bool is_canonical(std::string_view name) {
  return matches_any(kGrammar, name);
}

bool is_torchvision(std::string_view name) {
  return matches_any(std::span(kGrammar).first(kOfTorchvision), name);
}

}  // namespace zoo
