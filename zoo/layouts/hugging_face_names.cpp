#include "zoo/layouts/hugging_face_names.h"

#include <algorithm>
#include <span>

namespace zoo {
namespace {

struct Leaf {
  std::string_view foreign, torch;
};

// Of normalisation layers, and of convolutions and the classifier.
constexpr Leaf kFlaxNorm[]{{"scale", "weight"}, {"bias", "bias"}};
constexpr Leaf kFlaxStatistics[]{{"mean", "running_mean"}, {"var", "running_var"}};
constexpr Leaf kTfNorm[]{{"gamma", "weight"},
                         {"beta", "bias"},
                         {"moving_mean", "running_mean"},
                         {"moving_variance", "running_var"}};
constexpr Leaf kKernel[]{{"kernel", "weight"}, {"bias", "bias"}};
constexpr std::string_view kTfScope = "tf_res_net_";

bool drop_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// "a.b.kernel" -> "a.b.weight", or with from = &Leaf::torch the other way round; nothing where no leaf fits.
std::optional<std::string> rename_leaf(std::string_view name, std::span<const Leaf> leaves,
                                       std::string_view Leaf::* from = &Leaf::foreign,
                                       std::string_view Leaf::* to = &Leaf::torch) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto found = std::ranges::find(leaves, name.substr(dot + 1), from);
  if (found == leaves.end()) return std::nullopt;
  return std::string(name.substr(0, dot + 1)) + std::string((*found).*to);
}

std::span<const Leaf> leaves_of(std::string_view name, std::span<const Leaf> norm) {
  return name.substr(0, name.rfind('.')).ends_with("normalization") ? norm : kKernel;
}

}  // namespace

std::optional<std::string> from_flax_name(std::string_view name) {
  std::optional<std::string> torch;
  if (drop_prefix(name, "params.")) torch = rename_leaf(name, leaves_of(name, kFlaxNorm));
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
  return rename_leaf(rest, leaves_of(rest, kTfNorm));
}

std::optional<std::string> to_flax_name(std::string_view torch_name, bool basic_blocks) {
  std::string root = "params.";
  auto name = rename_leaf(torch_name, leaves_of(torch_name, kFlaxNorm), &Leaf::torch, &Leaf::foreign);
  if (!name) {
    root = "batch_stats.";
    name = rename_leaf(torch_name, kFlaxStatistics, &Leaf::torch, &Leaf::foreign);
  }
  if (!name) return std::nullopt;
  constexpr std::string_view kPart = ".layer.";
  if (const size_t at = name->find(kPart); basic_blocks && at != std::string::npos)
    name->insert(at + kPart.size(), "layer_");
  return root + *name;
}

std::optional<std::string> to_tf_name(std::string_view torch_name) {
  auto name = rename_leaf(torch_name, leaves_of(torch_name, kTfNorm), &Leaf::torch, &Leaf::foreign);
  if (!name) return std::nullopt;
  // A position in a list stays with the list's name: "layers.0".
  for (size_t i = 0; i + 1 < name->size(); ++i) {
    if ((*name)[i] == '.' && ((*name)[i + 1] < '0' || (*name)[i + 1] > '9')) (*name)[i] = '/';
  }
  return *name + ":0";
}

}  // namespace zoo
