// A spec from nothing but canonical names and shapes, for nets that the table does not have.
#include <algorithm>
#include <unordered_map>

#include "zoo/base/error.h"
#include "zoo/layouts/layouts.h"

namespace zoo {
namespace {

class Inference {
 public:
  explicit Inference(std::span<const NamedShape> tensors) {
    for (const NamedShape& tensor : tensors) shapes_.emplace(tensor.name, tensor.shape);
  }

  ArchSpec spec() const {
    ArchSpec spec;
    spec.name = kInferredArch;
    read_stem(spec);
    spec.block = has("layer1.0.conv3.weight") ? Block::bottleneck : Block::basic;
    spec.num_stages = 0;
    while (spec.num_stages < kMaxStages && has(block(spec.num_stages, 0) + "conv1.weight"))
      read_stage(spec, spec.num_stages++);
    read_shortcut(spec);
    if (spec.block == Block::bottleneck) read_bottleneck(spec);
    read_attention(spec);
    if (!has("bn1.running_mean")) spec.norm = Norm::group;
    spec.num_classes = size("fc.weight", 0);
    return spec;
  }

  // Nothing is missing (but counters), nothing is left over, all shapes agree.
  bool is_exactly(const ArchSpec& spec) const {
    const TensorListOptions options{.num_classes = spec.num_classes,
                                    .in_channels = size(std::string(first_conv_name(spec)), 1),
                                    .global_pool = pool_of_head(spec, size("fc.weight", 1))};
    size_t found = 0;
    for (const TensorSpec& tensor : list_tensors(spec, options)) {
      const auto in_file = shapes_.find(tensor.name);
      if (in_file == shapes_.end() && tensor.role == Role::counter) continue;
      if (in_file == shapes_.end() || in_file->second != tensor.shape) return false;
      ++found;
    }
    return found == shapes_.size();
  }

 private:
  static std::string block(int stage, int64_t index) {
    return "layer" + std::to_string(stage + 1) + "." + std::to_string(index) + ".";
  }
  bool has(const std::string& name) const { return shapes_.contains(name); }
  // 0 where there is no such tensor or axis.
  int64_t size(const std::string& name, size_t axis) const {
    const auto found = shapes_.find(name);
    return found == shapes_.end() || axis >= found->second.size() ? 0 : found->second[axis];
  }

  void read_stem(ArchSpec& spec) const {
    if (has("maxpool.0.weight")) spec.stem_pool = StemPool::conv;
    if (has("conv1.0.weight")) {
      spec.stem = Stem::deep;
      spec.stem_widths = {size("conv1.0.weight", 0), size("conv1.3.weight", 0), size("conv1.6.weight", 0)};
      return;
    }
    spec.stem_widths = {size("conv1.weight", 0), 0, 0};
    if (size("conv1.weight", 2) == 7) return;
    spec.stem = Stem::conv3x3;
    if (spec.stem_pool == StemPool::max) spec.stem_pool = StemPool::none;
    spec.input_px = 32;
  }

  void read_stage(ArchSpec& spec, int stage) const {
    const auto at = static_cast<size_t>(stage);
    while (spec.depths[at] < std::ssize(shapes_) && has(block(stage, spec.depths[at]) + "conv1.weight"))
      ++spec.depths[at];
    const char* last = spec.block == Block::basic ? "conv2.weight" : "conv3.weight";
    spec.channels[at] = size(block(stage, 0) + last, 0);
  }

  // The first one that there is tells the kind of all.
  void read_shortcut(ArchSpec& spec) const {
    spec.shortcut = Shortcut::pad;
    for (int stage = spec.num_stages - 1; stage >= 0; --stage) {
      const std::string name = block(stage, 0) + "downsample.";
      if (has(name + "2.weight")) {
        spec.shortcut = Shortcut::avg_pool_conv;
      } else if (has(name + "0.weight")) {
        spec.shortcut = Shortcut::conv;
        if (stage > 0) spec.shortcut_kernel = std::max(spec.shortcut_kernel, size(name + "0.weight", 2));
      }
    }
    // Without a stride the first stage of these nets would have none.
    const bool first = has("layer1.0.downsample.1.weight");
    if (first && spec.stem_channels() == spec.channels[0]) spec.first_stride = 2;
  }

  // conv1 gives `first` channels, the 3x3 has `group` of them in a group and gives `inner`.
  void read_bottleneck(ArchSpec& spec) const {
    const int64_t first = size("layer1.0.conv1.weight", 0), inner = size("layer1.0.conv3.weight", 1);
    const int64_t planes = spec.channels[0] / 4;
    std::string spatial = "layer1.0.conv2.weight";
    int64_t part = first;
    if (has("layer1.0.convs.0.weight")) {
      spatial = "layer1.0.convs.0.weight";
      part = size(spatial, 0);
      while (has("layer1.0.convs." + std::to_string(spec.scales - 1) + ".weight")) ++spec.scales;
    } else if (has("layer1.0.conv2.conv.weight")) {
      spatial = "layer1.0.conv2.conv.weight";
      spec.radix = inner > 0 ? size(spatial, 0) / inner : 0;
    }
    const int64_t group = size(spatial, 1);
    if (group == 0 || planes == 0 || first == 0) return;
    spec.groups = part / group / std::max<int64_t>(spec.radix, 1);
    spec.reduce_first = inner / first;
    const int64_t width = inner / spec.scales;
    if (spec.groups > 0) spec.base_width = (width / spec.groups * 64 + planes - 1) / planes;
    spec.pool_first = spec.radix > 0 && spec.groups > 1;
  }

  void read_attention(ArchSpec& spec) const {
    if (has("layer1.0.se.conv.weight")) spec.attention = Attention::eca;
    if (spec.num_stages == 0 || !has("layer1.0.se.fc1.weight")) return;
    spec.attention = Attention::se;
    const int64_t squeezed = size(block(spec.num_stages - 1, 0) + "se.fc1.weight", 0);
    if (squeezed > 0) spec.se_reduction = spec.feature_channels() / squeezed;
  }

  std::unordered_map<std::string, std::vector<int64_t>> shapes_;
};

}  // namespace

std::optional<ArchSpec> infer_arch(std::span<const NamedShape> canonical) {
  const Inference inference(canonical);
  const ArchSpec spec = inference.spec();
  try {
    validate(spec);
  } catch (const Error&) {
    return std::nullopt;
  }
  if (!inference.is_exactly(spec)) return std::nullopt;
  return spec;
}

}  // namespace zoo
