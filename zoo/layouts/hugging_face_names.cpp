#include "zoo/layouts/hugging_face_names.h"

#include <algorithm>
#include <span>

namespace zoo {
namespace {

struct Leaf {
  std::string_view foreign, torch;
};

constexpr Leaf kFlaxParameters[]{{"kernel", "weight"}, {"scale", "weight"}, {"bias", "bias"}};
constexpr Leaf kFlaxStatistics[]{{"mean", "running_mean"}, {"var", "running_var"}};
constexpr Leaf kTfLeaves[]{{"kernel", "weight"},
                           {"gamma", "weight"},
                           {"beta", "bias"},
                           {"bias", "bias"},
                           {"moving_mean", "running_mean"},
                           {"moving_variance", "running_var"}};
constexpr std::string_view kTfScope = "tf_res_net_";

bool drop_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<std::string> rename_leaf(std::string_view name, std::span<const Leaf> leaves) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto found = std::ranges::find(leaves, name.substr(dot + 1), &Leaf::foreign);
  if (found == leaves.end()) return std::nullopt;
  return std::string(name.substr(0, dot + 1)) + std::string(found->torch);
}

}  // namespace

std::optional<std::string> from_flax_name(std::string_view name) {
  std::optional<std::string> torch;
  if (drop_prefix(name, "params.")) torch = rename_leaf(name, kFlaxParameters);
  if (drop_prefix(name, "batch_stats.")) torch = rename_leaf(name, kFlaxStatistics);
  if (!torch) return std::nullopt;
  // The parts of a basic block have the names that Flax makes up.
  constexpr std::string_view kAutomatic = ".layer.layer_";
  if (const size_t at = torch->find(kAutomatic); at != std::string::npos)
    torch->replace(at, kAutomatic.size(), ".layer.");
  return torch;
}

std::optional<std::string> from_tf_name(std::string_view name) {
  if (!name.ends_with(":0")) return std::nullopt;
  name.remove_suffix(2);
  std::string dotted(name);
  std::ranges::replace(dotted, '/', '.');
  // A Keras file has the layer's group, then the model's name, which ends in _1, _2, ... where a process
  // built several.
  std::string_view rest = dotted;
  for (const std::string_view group : {"resnet.", "classifier.1."}) {
    std::string_view inner = rest;
    if (!drop_prefix(inner, group) || !inner.starts_with(kTfScope)) continue;
    const size_t dot = inner.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    rest = inner.substr(dot + 1);
    break;
  }
  return rename_leaf(rest, kTfLeaves);
}

}  // namespace zoo
