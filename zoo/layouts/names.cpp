// Publishers' names for the same tensors. A layout is a list of prefix pairs; what they do not cover must
// already look like a canonical name.
#include <algorithm>
#include <array>

#include "zoo/core/error.h"
#include "zoo/core/text.h"
#include "zoo/layouts/layouts.h"

namespace zoo {
namespace {

// What the canonical names look like: '#' is a number, '@' a tensor of a batch norm.
constexpr std::array<std::string_view, 10> kGrammar{
    "conv1.weight",
    "bn1.@",
    "conv1.#.weight",
    "conv1.#.@",
    "layer#.#.conv#.weight",
    "layer#.#.bn#.@",
    "layer#.#.downsample.#.weight",
    "layer#.#.downsample.#.@",
    "fc.weight",
    "fc.bias",
};
constexpr std::array<std::string_view, 5> kNormTensors{"weight", "bias", "running_mean", "running_var",
                                                       "num_batches_tracked"};

bool matches(std::string_view pattern, std::string_view name) {
  for (const char expected : pattern) {
    if (expected == '@') return std::ranges::find(kNormTensors, name) != kNormTensors.end();
    if (expected == '#') {
      const size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
      if (digits == 0) return false;
      name.remove_prefix(digits);
    } else {
      if (!name.starts_with(expected)) return false;
      name.remove_prefix(1);
    }
  }
  return name.empty();
}

bool is_canonical(std::string_view name) {
  return std::ranges::any_of(kGrammar, [&](std::string_view pattern) { return matches(pattern, name); });
}

enum class When { always, plain_stem, deep_stem, pooled_shortcut };

struct Rename {
  std::string_view foreign, canonical;  // prefixes
  When when = When::always;
};

struct Rules {
  std::string_view rest;            // what is put before every name that no rename covers
  std::span<const Rename> renames;  // the first that fits is applied
};

constexpr std::array<Rename, 1> kAkamaster{{{"linear.", "fc."}}};
constexpr std::array<Rename, 10> kOpenMMLab{{
    {"head.fc.", "fc."},
    {"backbone.bn1.", "bn1.", When::plain_stem},
    {"backbone.stem.0.conv.", "conv1.0.", When::deep_stem},
    {"backbone.stem.0.bn.", "conv1.1.", When::deep_stem},
    {"backbone.stem.1.conv.", "conv1.3.", When::deep_stem},
    {"backbone.stem.1.bn.", "conv1.4.", When::deep_stem},
    {"backbone.stem.2.conv.", "conv1.6.", When::deep_stem},
    {"backbone.stem.2.bn.", "bn1.", When::deep_stem},
    // Where its stride is 1, in the first stage, OpenMMLab leaves the pool out and does not keep its place.
    {"backbone.layer1.0.downsample.0.", "layer1.0.downsample.1.", When::pooled_shortcut},
    {"backbone.layer1.0.downsample.1.", "layer1.0.downsample.2.", When::pooled_shortcut},
}};

Rules rules(Layout layout) {
  switch (layout) {
    case Layout::torchvision:
      return {"", {}};
    case Layout::openmmlab:
      return {"backbone.", kOpenMMLab};
    case Layout::akamaster:
      return {"", kAkamaster};
  }
  return {"", {}};
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
      return spec != nullptr && spec->shortcut == Shortcut::avg_pool_conv;
  }
  return false;
}

constexpr std::array kLayouts{Layout::torchvision, Layout::openmmlab, Layout::akamaster};
constexpr std::array<std::string_view, 6> kWrappers{"module.", "_orig_mod.", "model.",
                                                    "net.",    "network.",   "ema_model."};

}  // namespace

std::string_view to_string(Layout layout) {
  switch (layout) {
    case Layout::torchvision:
      return "torchvision";
    case Layout::openmmlab:
      return "openmmlab";
    case Layout::akamaster:
      return "akamaster";
  }
  return "";
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
  const Rules rule_set = rules(layout);
  for (const Rename& rename : rule_set.renames) {
    if (!applies(rename, spec) || !name.starts_with(rename.foreign)) continue;
    std::string canonical = std::string(rename.canonical) + std::string(name.substr(rename.foreign.size()));
    if (is_canonical(canonical)) return canonical;
    return std::nullopt;
  }
  if (!name.starts_with(rule_set.rest)) return std::nullopt;
  const std::string_view rest = name.substr(rule_set.rest.size());
  const bool renamed = std::ranges::any_of(rule_set.renames, [&](const Rename& rename) {
    return applies(rename, spec) && rest.starts_with(rename.canonical);
  });
  if (renamed || !is_canonical(rest)) return std::nullopt;
  return std::string(rest);
}

std::string from_canonical(Layout layout, std::string_view canonical_name, const ArchSpec* spec) {
  const Rules rule_set = rules(layout);
  for (const Rename& rename : rule_set.renames) {
    if (!applies(rename, spec) || !canonical_name.starts_with(rename.canonical)) continue;
    return std::string(rename.foreign) + std::string(canonical_name.substr(rename.canonical.size()));
  }
  return std::string(rule_set.rest) + std::string(canonical_name);
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
  return best;
}

}  // namespace zoo
