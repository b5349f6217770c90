// Which architectures of the table a file's tensors could belong to.
#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "zoo/arch/registry.h"
#include "zoo/layouts/layouts.h"
#include "zoo/layouts/net_names.h"

namespace zoo {
namespace {

// By canonical name.
using Shapes = std::unordered_map<std::string, std::vector<int64_t>>;

int64_t dimension(const Shapes& shapes, const std::string& name, size_t rank, size_t axis,
                  int64_t otherwise) {
  const auto found = shapes.find(name);
  return found != shapes.end() && found->second.size() == rank ? found->second[axis] : otherwise;
}

// Of the tensors of an arch.
struct Comparison {
  int64_t shared = 0, missing = 0;  // missing: without counters
  bool agrees = true;               // no shared tensor differs in shape
};

Comparison compare(const ArchSpec& spec, const Shapes& shapes, const TensorListOptions& options) {
  Comparison result;
  for (const TensorSpec& tensor : list_tensors(spec, options)) {
    const auto found = shapes.find(tensor.name);
    if (found == shapes.end()) {
      if (tensor.role != Role::counter) ++result.missing;
      continue;
    }
    result.agrees = result.agrees && found->second == tensor.shape;
    ++result.shared;
  }
  return result;
}

// The same net with one block a stage. A file that does not fit it does not fit the whole net, and there are
// tables of nets to rule out.
ArchSpec shallow(const ArchSpec& spec) {
  ArchSpec copy = spec;
  if (spec.pruned.empty()) std::fill_n(copy.depths.begin(), spec.num_stages, 1);
  return copy;
}

// Nothing if a tensor that both have differs in shape, or if the file lacks more of the arch than it has.
std::optional<ArchFit> fit(const ArchSpec& spec, const Shapes& shapes, int64_t of_net) {
  ArchFit result{.arch = &spec, .layout = {}, .prefix = {}};
  result.num_classes = dimension(shapes, "fc.weight", 2, 0, 0);
  result.in_channels = dimension(shapes, std::string(first_conv_name(spec)), 4, 1, 3);
  result.global_pool = pool_of_head(spec, dimension(shapes, "fc.weight", 2, 1, 0));
  const TensorListOptions options{.num_classes = result.num_classes,
                                  .in_channels = result.in_channels,
                                  .global_pool = result.global_pool};
  if (!compare(shallow(spec), shapes, options).agrees) return std::nullopt;
  const Comparison whole = compare(spec, shapes, options);
  if (!whole.agrees || whole.shared <= whole.missing) return std::nullopt;
  result.missing = whole.missing;
  result.unexpected = of_net - whole.shared;
  return result;
}

// What of a spec decides how names are translated.
std::array<bool, 4> naming(Layout layout, const ArchSpec& spec) {
  if (layout != Layout::openmmlab) return {};
  return {spec.stem == Stem::deep, spec.shortcut == Shortcut::avg_pool_conv, spec.scales == 1,
          spec.norm == Norm::group};
}

}  // namespace

std::vector<ArchFit> fit_archs(std::span<const NamedShape> tensors) {
  const NetNames net = find_net(tensors);
  if (!net.layout) return {};
  const Layout layout = *net.layout;
  const auto is_net = [](const NetTensor& tensor) { return tensor.place == Place::net; };
  const int64_t of_net = std::ranges::count_if(net.tensors, is_net);

  std::map<std::array<bool, 4>, Shapes> translated;
  std::vector<ArchFit> fits;
  for (const ArchSpec* one : known_archs()) {
    const ArchSpec& spec = *one;
    const auto [shapes, is_new] = translated.try_emplace(naming(layout, spec));
    for (size_t i = 0; is_new && i < tensors.size(); ++i) {
      if (!is_net(net.tensors[i])) continue;
      if (auto name = to_canonical(layout, net.tensors[i].name, &spec))
        shapes->second.emplace(std::move(*name), canonical_shape(layout, tensors[i].shape));
    }
    if (auto result = fit(spec, shapes->second, of_net)) {
      result->layout = layout;
      result->prefix = net.prefix;
      fits.push_back(std::move(*result));
    }
  }
  std::ranges::stable_sort(fits, {}, [](const ArchFit& one) { return one.missing + one.unexpected; });
  return fits;
}

}  // namespace zoo
