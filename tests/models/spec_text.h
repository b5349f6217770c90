// An ArchSpec from texts, as the Python tests describe one: each field under its own name, enumerators as
// to_string() has them, lists with commas.
#pragma once

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "zoo/arch/arch.h"

namespace zoo::test {

using SpecTexts = std::map<std::string, std::string>;

inline std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

inline void set(int64_t& field, const std::string& text) {
  field = std::stoll(text);
}
inline void set(bool& field, const std::string& text) {
  field = text == "1";
}
template <size_t size>
void set(std::array<int64_t, size>& field, const std::string& text) {
  field.fill(0);
  const auto parts = split_at_commas(text);
  std::ranges::transform(parts, field.begin(), [](const std::string& part) { return std::stoll(part); });
}
template <typename Enum>
  requires std::is_enum_v<Enum>
void set(Enum& field, const std::string& text) {
  constexpr int kMost = 11;  // enumerators of the longest
  for (int i = 0; i < kMost; ++i) {
    field = static_cast<Enum>(i);
    if (to_string(field) == text) return;
  }
  throw std::invalid_argument(text);
}

// `blocks` gets what the spec's stage_blocks point to.
inline void set_fields(ArchSpec& spec, std::vector<Block>& blocks, const SpecTexts& texts) {
  const auto set_one = [&](const char* name, auto& field) {
    if (const auto found = texts.find(name); found != texts.end()) set(field, found->second);
  };
  set_one("block", spec.block);
  set_one("depths", spec.depths);
  set_one("channels", spec.channels);
  set_one("stem", spec.stem);
  set_one("stem_widths", spec.stem_widths);
  set_one("stem_pool", spec.stem_pool);
  set_one("shortcut", spec.shortcut);
  set_one("shortcut_kernel", spec.shortcut_kernel);
  set_one("anti_alias", spec.anti_alias);
  set_one("attention", spec.attention);
  set_one("se_reduction", spec.se_reduction);
  set_one("norm", spec.norm);
  set_one("groups", spec.groups);
  set_one("base_width", spec.base_width);
  set_one("reduce_first", spec.reduce_first);
  set_one("scales", spec.scales);
  set_one("radix", spec.radix);
  set_one("pool_first", spec.pool_first);
  if (texts.contains("depths"))
    spec.num_stages = static_cast<int>(split_at_commas(texts.at("depths")).size());
  if (!texts.contains("stage_blocks")) return;
  for (const std::string& kind : split_at_commas(texts.at("stage_blocks"))) set(blocks.emplace_back(), kind);
  spec.stage_blocks = blocks;
}

}  // namespace zoo::test
