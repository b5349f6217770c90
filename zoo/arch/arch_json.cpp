#include "zoo/arch/arch_json.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <numeric>
#include <type_traits>
#include <vector>

#include "zoo/arch/registry.h"
#include "zoo/base/error.h"
#include "zoo/base/json_string.h"

namespace zoo {
namespace {

// Far beyond any net that can be built, and small enough that no product of a few overflows.
constexpr int64_t kMost = 1 << 20;
constexpr int64_t kMostBlocks = 10'000;

// Calls visit(name, member) for every field that is a number or one of a few words.
template <class Spec, class Visit>
void for_each_field(Spec& spec, Visit visit) {
  visit("block", spec.block);
  visit("num_stages", spec.num_stages);
  visit("stem", spec.stem);
  visit("stem_pool", spec.stem_pool);
  visit("shortcut", spec.shortcut);
  visit("shortcut_kernel", spec.shortcut_kernel);
  visit("first_stride", spec.first_stride);
  visit("stride_place", spec.stride_place);
  visit("anti_alias", spec.anti_alias);
  visit("attention", spec.attention);
  visit("se_reduction", spec.se_reduction);
  visit("norm", spec.norm);
  visit("activation", spec.activation);
  visit("groups", spec.groups);
  visit("base_width", spec.base_width);
  visit("reduce_first", spec.reduce_first);
  visit("scales", spec.scales);
  visit("radix", spec.radix);
  visit("pool_first", spec.pool_first);
  visit("input_px", spec.input_px);
  visit("num_classes", spec.num_classes);
}

// The same for every field that is an array of numbers.
template <class Spec, class Visit>
void for_each_array(Spec& spec, Visit visit) {
  visit("depths", spec.depths);
  visit("channels", spec.channels);
  visit("stem_widths", spec.stem_widths);
  visit("attention_channels", spec.attention_channels);
}

template <class Word>
constexpr Word kLast{};
template <>
constexpr Block kLast<Block> = Block::bottleneck;
template <>
constexpr Stem kLast<Stem> = Stem::deep;
template <>
constexpr StemPool kLast<StemPool> = StemPool::conv;
template <>
constexpr Shortcut kLast<Shortcut> = Shortcut::avg_pool_conv;
template <>
constexpr StridePlace kLast<StridePlace> = StridePlace::conv2;
template <>
constexpr AntiAlias kLast<AntiAlias> = AntiAlias::blur;
template <>
constexpr Attention kLast<Attention> = Attention::eca;
template <>
constexpr Norm kLast<Norm> = Norm::group;
template <>
constexpr Activation kLast<Activation> = Activation::linear;

template <class Word>
Word parse_word(const JsonNode& node) {
  const std::string text = node.text();
  std::string known;
  for (int i = 0; i <= static_cast<int>(kLast<Word>); ++i) {
    const auto word = static_cast<Word>(i);
    if (to_string(word) == text) return word;
    known += (i == 0 ? "" : ", ") + std::string(to_string(word));
  }
  node.refuse("is '" + text + "', expected one of " + known);
}

template <class Numbers>
std::string array_text(const Numbers& numbers) {
  std::string text = "[";
  for (const int64_t number : numbers) text += (text.size() == 1 ? "" : ", ") + std::to_string(number);
  return text + "]";
}

void read(const JsonNode& node, bool& value) {
  value = node.flag();
}
template <std::integral Number>
void read(const JsonNode& node, Number& value) {
  value = static_cast<Number>(node.integer(0, kMost));
}
template <class Word>
  requires std::is_enum_v<Word>
void read(const JsonNode& node, Word& value) {
  value = parse_word<Word>(node);
}

std::vector<JsonNode> items_of(const JsonNode& node, size_t most) {
  std::vector<JsonNode> items = node.items();
  if (items.size() > most)
    node.refuse("has " + std::to_string(items.size()) + " items, expected " + std::to_string(most) +
                " or fewer");
  return items;
}

}  // namespace

std::string to_json(const ArchSpec& spec) {
  std::string text = "{\"name\": " + json_string(std::string(spec.name));
  const auto add = [&](const std::string& name, const std::string& value) {
    text += ", \"" + name + "\": " + value;
  };
  if (!spec.paper.empty()) add("paper", json_string(std::string(spec.paper)));
  for_each_field(spec, [&]<class Value>(const char* name, const Value& value) {
    if constexpr (std::is_same_v<Value, bool>)
      add(name, value ? "true" : "false");
    else if constexpr (std::is_enum_v<Value>)
      add(name, json_string(std::string(to_string(value))));
    else
      add(name, std::to_string(value));
  });
  for_each_array(spec, [&](const char* name, const auto& numbers) { add(name, array_text(numbers)); });
  if (!spec.stage_blocks.empty()) {
    std::string blocks;
    for (const Block block : spec.stage_blocks)
      blocks += (blocks.empty() ? "" : ", ") + json_string(std::string(to_string(block)));
    add("stage_blocks", "[" + blocks + "]");
  }
  if (!spec.pruned.empty()) {
    std::string blocks;
    for (const PrunedBlock& block : spec.pruned)
      blocks += (blocks.empty() ? "" : ", ") + array_text(std::array{block.first, block.inner});
    add("pruned", "[" + blocks + "]");
  }
  return text + "}";
}

const ArchSpec& parse_arch(const JsonNode& node) {
  node.check_members({"name", "depths", "channels"},
                     {"paper",        "block",       "num_stages",      "stem",
                      "stem_pool",    "shortcut",    "shortcut_kernel", "first_stride",
                      "stride_place", "anti_alias",  "attention",       "se_reduction",
                      "norm",         "activation",  "groups",          "base_width",
                      "reduce_first", "scales",      "radix",           "pool_first",
                      "input_px",     "num_classes", "stem_widths",     "attention_channels",
                      "stage_blocks", "pruned"});
  ArchSpec spec;
  const std::string name = node["name"].text(), paper = node.has("paper") ? node["paper"].text() : "";
  if (!is_arch_name(name)) node["name"].refuse("is not made of letters, digits, '_' and '-', 100 at most");
  spec.name = name;
  spec.paper = paper;
  for_each_field(spec, [&](const char* field, auto& value) {
    if (node.has(field)) read(node[field], value);
  });
  for_each_array(spec, [&](const char* field, auto& numbers) {
    if (!node.has(field)) return;
    numbers = {};
    const std::vector<JsonNode> items = items_of(node[field], numbers.size());
    for (size_t i = 0; i < items.size(); ++i) read(items[i], numbers[i]);
  });
  std::vector<Block> stage_blocks;
  if (node.has("stage_blocks"))
    for (const JsonNode& item : items_of(node["stage_blocks"], kMaxStages))
      stage_blocks.push_back(parse_word<Block>(item));
  std::vector<PrunedBlock> pruned;
  if (node.has("pruned")) {
    for (const JsonNode& item : items_of(node["pruned"], kMostBlocks)) {
      const std::vector<JsonNode> pair = items_of(item, 2);
      if (pair.size() != 2) item.refuse("has not two numbers");
      pruned.push_back({pair[0].integer(1, kMost), pair[1].integer(1, kMost)});
    }
  }
  spec.stage_blocks = stage_blocks;
  spec.pruned = pruned;
  if (std::accumulate(spec.depths.begin(), spec.depths.end(), int64_t{0}) > kMostBlocks)
    node["depths"].refuse("are more than " + std::to_string(kMostBlocks) + " blocks");
  try {
    validate(spec);
  } catch (const Error& error) {
    node.refuse(error.what());
  }
  return keep_arch(spec);
}

}  // namespace zoo
