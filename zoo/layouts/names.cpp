// Publishers' names for the same tensors. A layout is a list of prefix pairs; what they do not cover must
// already look like a canonical name.
#include <algorithm>
#include <array>

#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/layouts/hugging_face_names.h"
#include "zoo/layouts/layouts.h"
#include "zoo/layouts/name_patterns.h"

namespace zoo {
namespace {

enum class When { always, plain_stem, deep_stem, pooled_shortcut };

struct Rename {
  std::string_view foreign, canonical;  // patterns of prefixes
  When when = When::always;
};

struct Rules {
  std::span<const Rename> renames = {};       // the first that fits is applied
  std::optional<std::string_view> rest = "";  // what is put before every name that no rename covers
};

constexpr std::array<Rename, 2> kAkamaster{{
    {"linear.", "fc."},
    {"layer#.#.shortcut.#.", "layer#.#.downsample.#."},
}};
constexpr std::array<Rename, 12> kOpenMMLab{{
    {"head.fc.", "fc."},
    {"backbone.bn1.", "bn1.", When::plain_stem},
    {"backbone.stem.0.conv.", "conv1.0.", When::deep_stem},
    {"backbone.stem.0.bn.", "conv1.1.", When::deep_stem},
    {"backbone.stem.1.conv.", "conv1.3.", When::deep_stem},
    {"backbone.stem.1.bn.", "conv1.4.", When::deep_stem},
    {"backbone.stem.2.conv.", "conv1.6.", When::deep_stem},
    {"backbone.stem.2.bn.", "bn1.", When::deep_stem},
    {"backbone.layer#.#.se_layer.conv1.conv.", "layer#.#.se.fc1."},
    {"backbone.layer#.#.se_layer.conv2.conv.", "layer#.#.se.fc2."},
    // Where its stride is 1, in the first stage, OpenMMLab leaves the pool out and does not keep its place;
    // Res2Net does.
    {"backbone.layer1.0.downsample.0.", "layer1.0.downsample.1.", When::pooled_shortcut},
    {"backbone.layer1.0.downsample.1.", "layer1.0.downsample.2.", When::pooled_shortcut},
}};
constexpr std::array<Rename, 7> kHuggingFace{{
    {"classifier.1.", "fc."},
    {"resnet.embedder.embedder.convolution.", "conv1."},
    {"resnet.embedder.embedder.normalization.", "bn1."},
    {"resnet.encoder.stages.%.layers.#.layer.%.convolution.", "layer#.#.conv#."},
    {"resnet.encoder.stages.%.layers.#.layer.%.normalization.", "layer#.#.bn#."},
    {"resnet.encoder.stages.%.layers.#.shortcut.convolution.", "layer#.#.downsample.0."},
    {"resnet.encoder.stages.%.layers.#.shortcut.normalization.", "layer#.#.downsample.1."},
}};

Rules rules(Layout layout) {
  switch (layout) {
    case Layout::torchvision:
    case Layout::timm:
      return {};
    case Layout::openmmlab:
      return {kOpenMMLab, "backbone."};
    case Layout::akamaster:
      return {kAkamaster};
    case Layout::huggingface:
    case Layout::huggingface_flax:
    case Layout::huggingface_tf:
      return {kHuggingFace, std::nullopt};
  }
  return {};
}

// Whether OpenMMLab leaves the pool of the first stage's shortcut out.
bool omits_pool(const ArchSpec& spec) {
  return spec.shortcut == Shortcut::avg_pool_conv && spec.first_stride == 1 && spec.scales == 1;
}

bool applies(const Rename& rename, const ArchSpec* spec) {
  switch (rename.when) {
    case When::always:
      return true;
    case When::plain_stem:
      return spec == nullptr || spec->stem != Stem::deep;
    case When::deep_stem:
      return spec == nullptr || spec->stem == Stem::deep;
    case When::pooled_shortcut:
      return spec != nullptr && omits_pool(*spec);
  }
  return false;
}

// Of "backbone.bn1.", "stem.0.bn.", but not of Res2Net's "bns".
void rename_norms(std::string& name, std::string_view from, std::string_view to) {
  for (size_t at = name.find(from); at != std::string::npos; at = name.find(from, at + to.size())) {
    const size_t end = at + from.size();
    if (end < name.size() && name[end] != 's') name.replace(at, from.size(), to);
  }
}

bool has_group_norm(const ArchSpec* spec) {
  return spec != nullptr && spec->norm == Norm::group;
}

// The name as the rules of its layout have it.
std::optional<std::string> in_plain_form(Layout layout, std::string_view name, const ArchSpec* spec) {
  std::optional<std::string> plain(name);
  if (layout == Layout::huggingface_flax) plain = from_flax_name(name);
  if (layout == Layout::huggingface_tf) plain = from_tf_name(name);
  if (!plain) return std::nullopt;
  // OpenMMLab's names tell batch from group norms.
  if (layout == Layout::openmmlab && (spec == nullptr || has_group_norm(spec)))
    rename_norms(*plain, ".gn", ".bn");
  // Backbones and models without a head begin one level lower.
  if (plain->starts_with("embedder.") || plain->starts_with("encoder.")) plain->insert(0, "resnet.");
  return plain;
}

constexpr std::array kLayouts{Layout::torchvision,   Layout::timm,      Layout::openmmlab,
                              Layout::huggingface,   Layout::akamaster, Layout::huggingface_flax,
                              Layout::huggingface_tf};
// The last one is what zoo convert makes of a wrapper that it flattens.
constexpr std::array<std::string_view, 7> kWrappers{"module.",  "_orig_mod.", "model.",     "net.",
                                                    "network.", "ema_model.", "state_dict."};

}  // namespace

std::string_view to_string(Layout layout) {
  switch (layout) {
    case Layout::torchvision:
      return "torchvision";
    case Layout::timm:
      return "timm";
    case Layout::openmmlab:
      return "openmmlab";
    case Layout::huggingface:
      return "huggingface";
    case Layout::akamaster:
      return "akamaster";
    case Layout::huggingface_flax:
      return "huggingface_flax";
    case Layout::huggingface_tf:
      return "huggingface_tf";
  }
  return "";
}

std::span<const Layout> named_layouts() {
  return std::span(kLayouts).first(5);
}

Layout parse_layout(std::string_view text) {
  std::vector<std::string> names;
  for (const Layout layout : kLayouts) {
    if (text == to_string(layout)) return layout;
    names.emplace_back(to_string(layout));
  }
  throw Error(ErrorCode::usage, "", "unknown layout '" + std::string(text) + "'",
              "Expected one of: " + join(names, ", ") + ".");
}

std::optional<std::string> to_canonical(Layout layout, std::string_view name, const ArchSpec* spec) {
  const std::optional<std::string> plain = in_plain_form(layout, name, spec);
  if (!plain) return std::nullopt;
  const Rules rule_set = rules(layout);
  for (const Rename& rename : rule_set.renames) {
    if (!applies(rename, spec)) continue;
    const auto match = match_front(rename.foreign, *plain);
    if (!match) continue;
    std::string canonical = fill(rename.canonical, *match);
    if (is_canonical(canonical)) return canonical;
    return std::nullopt;
  }
  if (!rule_set.rest || !plain->starts_with(*rule_set.rest)) return std::nullopt;
  const std::string_view rest = std::string_view(*plain).substr(rule_set.rest->size());
  const bool renamed = std::ranges::any_of(rule_set.renames, [&](const Rename& rename) {
    return applies(rename, spec) && match_front(rename.canonical, rest);
  });
  if (renamed || !is_canonical(rest)) return std::nullopt;
  return std::string(rest);
}

std::string from_canonical(Layout layout, std::string_view canonical_name, const ArchSpec* spec) {
  if (layout == Layout::huggingface_flax || layout == Layout::huggingface_tf) {
    const std::string torch = from_canonical(Layout::huggingface, canonical_name, spec);
    const bool basic = spec != nullptr && spec->block == Block::basic;
    return (layout == Layout::huggingface_flax ? to_flax_name(torch, basic) : to_tf_name(torch)).value_or("");
  }
  const Rules rule_set = rules(layout);
  std::string name = std::string(rule_set.rest.value_or("")) + std::string(canonical_name);
  for (const Rename& rename : rule_set.renames) {
    if (!applies(rename, spec)) continue;
    const auto match = match_front(rename.canonical, canonical_name);
    if (!match) continue;
    name = fill(rename.foreign, *match);
    break;
  }
  if (layout == Layout::openmmlab && has_group_norm(spec)) rename_norms(name, ".bn", ".gn");
  return name;
}

std::span<const size_t> canonical_axes(Layout layout, size_t dimensions) {
  static constexpr std::array<size_t, 4> kConvolution{3, 2, 0, 1};
  static constexpr std::array<size_t, 2> kDense{1, 0};
  if (layout != Layout::huggingface_flax && layout != Layout::huggingface_tf) return {};
  if (dimensions == kConvolution.size()) return kConvolution;
  if (dimensions == kDense.size()) return kDense;
  return {};
}

std::span<const size_t> foreign_axes(Layout layout, size_t dimensions) {
  static constexpr std::array<size_t, 4> kConvolution{2, 3, 1, 0};
  const std::span<const size_t> axes = canonical_axes(layout, dimensions);
  return dimensions == kConvolution.size() && !axes.empty() ? kConvolution : axes;
}

std::vector<int64_t> canonical_shape(Layout layout, const std::vector<int64_t>& shape) {
  const std::span<const size_t> axes = canonical_axes(layout, shape.size());
  if (axes.empty()) return shape;
  std::vector<int64_t> permuted;
  for (const size_t axis : axes) permuted.push_back(shape[axis]);
  return permuted;
}

std::string common_wrapper_prefix(std::span<const std::string> names) {
  std::string chain;
  if (names.empty()) return chain;
  const auto shared = [&](std::string_view prefix) {
    return std::ranges::all_of(names, [&](const std::string& name) {
      const std::string_view rest = std::string_view(name).substr(chain.size());
      return rest.starts_with(prefix) && rest.size() > prefix.size();
    });
  };
  for (;;) {
    const auto found = std::ranges::find_if(kWrappers, shared);
    if (found == kWrappers.end()) return chain;
    chain += *found;
  }
}

std::optional<Layout> recognise_layout(std::span<const std::string> names) {
  std::optional<Layout> best;
  int64_t most = 0;
  for (const Layout layout : kLayouts) {
    const auto known = std::ranges::count_if(
        names, [&](const std::string& name) { return to_canonical(layout, name).has_value(); });
    if (known > most) {
      most = known;
      best = layout;
    }
  }
  const bool beyond_torchvision = std::ranges::any_of(
      names, [](const std::string& name) { return is_canonical(name) && !is_torchvision(name); });
  return best == Layout::torchvision && beyond_torchvision ? Layout::timm : best;
}

}  // namespace zoo
