#include "zoo/arch/registry.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

// A spec with all that it points to.
struct Kept {
  explicit Kept(const ArchSpec& of)
      : name(of.name),
        paper(of.paper),
        stage_blocks(of.stage_blocks.begin(), of.stage_blocks.end()),
        pruned(of.pruned.begin(), of.pruned.end()),
        spec(of) {
    spec.name = name;
    spec.paper = paper;
    spec.stage_blocks = stage_blocks;
    spec.pruned = pruned;
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  std::string name, paper;
  std::vector<Block> stage_blocks;
  std::vector<PrunedBlock> pruned;
  ArchSpec spec;
};

struct Registry {
  std::mutex mutex;
  std::deque<Kept> kept;
  std::vector<const ArchSpec*> registered;
};

Registry& registry() {
  static Registry one;
  return one;
}

const ArchSpec* find_row(std::string_view name) {
  const std::span<const ArchSpec> rows = arch_table();
  const auto found = std::ranges::find(rows, name, &ArchSpec::name);
  return found == rows.end() ? nullptr : &*found;
}

const ArchSpec* find_registered(const Registry& all, std::string_view name) {
  const auto found = std::ranges::find(all.registered, name, [](const ArchSpec* one) { return one->name; });
  return found == all.registered.end() ? nullptr : *found;
}

const ArchSpec& keep(Registry& all, const ArchSpec& spec) {
  for (const Kept& one : all.kept)
    if (one.spec.name == spec.name && one.spec.paper == spec.paper && is_same_net(one.spec, spec))
      return one.spec;
  return all.kept.emplace_back(spec).spec;
}

}  // namespace

bool is_arch_name(std::string_view name) {
  return !name.empty() && name.size() <= 100 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string_view::npos;
}

const ArchSpec& register_arch(const ArchSpec& spec) {
  if (!is_arch_name(spec.name))
    throw Error(ErrorCode::mismatch, "register_arch",
                "the name '" + excerpt(spec.name) + "' is not made of letters, digits, '_' and '-'");
  validate(spec);
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  const ArchSpec* taken = find_row(spec.name);
  if (taken == nullptr) taken = find_registered(all, spec.name);
  if (taken != nullptr && !is_same_net(*taken, spec))
    throw Error(ErrorCode::usage, "register_arch",
                "the name '" + std::string(spec.name) + "' is that of another architecture",
                "Choose another name.");
  if (taken != nullptr) return *taken;
  const ArchSpec& kept = keep(all, spec);
  all.registered.push_back(&kept);
  return kept;
}

std::vector<const ArchSpec*> known_archs() {
  std::vector<const ArchSpec*> known;
  for (const ArchSpec& row : arch_table()) known.push_back(&row);
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  known.insert(known.end(), all.registered.begin(), all.registered.end());
  return known;
}

std::vector<std::string> list_models(std::string_view pattern) {
  std::vector<std::string> names;
  for (const ArchSpec* spec : known_archs())
    if (pattern.empty() || glob_match(pattern, spec->name)) names.emplace_back(spec->name);
  return names;
}

const ArchSpec& keep_arch(const ArchSpec& spec) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  return keep(all, spec);
}

bool is_same_net(const ArchSpec& a, const ArchSpec& b) {
  const auto pruned_alike = [](const PrunedBlock& one, const PrunedBlock& other) {
    return one.first == other.first && one.inner == other.inner;
  };
  return a.block == b.block && std::ranges::equal(a.stage_blocks, b.stage_blocks) &&
         a.num_stages == b.num_stages && a.depths == b.depths && a.channels == b.channels &&
         a.stem == b.stem && a.stem_widths == b.stem_widths && a.stem_pool == b.stem_pool &&
         a.shortcut == b.shortcut && a.shortcut_kernel == b.shortcut_kernel &&
         a.first_stride == b.first_stride && a.stride_place == b.stride_place &&
         a.anti_alias == b.anti_alias && a.attention == b.attention && a.se_reduction == b.se_reduction &&
         a.attention_channels == b.attention_channels && a.norm == b.norm && a.activation == b.activation &&
         a.groups == b.groups && a.base_width == b.base_width && a.reduce_first == b.reduce_first &&
         a.scales == b.scales && a.radix == b.radix && a.pool_first == b.pool_first &&
         std::ranges::equal(a.pruned, b.pruned, pruned_alike) && a.input_px == b.input_px &&
         a.num_classes == b.num_classes;
}

bool is_row(const ArchSpec& spec) {
  const ArchSpec* row = find_row(spec.name);
  return row != nullptr && is_same_net(*row, spec);
}

const ArchSpec* find_arch(std::string_view name) {
  if (const ArchSpec* row = find_row(name)) return row;
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  return find_registered(all, name);
}

const ArchSpec& get_arch(std::string_view name) {
  if (const ArchSpec* spec = find_arch(name)) return *spec;
  throw Error(ErrorCode::not_found, "", "unknown architecture '" + std::string(name) + "'",
              did_you_mean(nearest_names(name, list_models())) + "'zoo list --archs' shows all names.");
}

}  // namespace zoo
