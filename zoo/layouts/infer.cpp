// A spec from nothing but canonical names and shapes, for nets that the table does not have.
#include <algorithm>
#include <unordered_map>

#include "zoo/core/error.h"
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
    read_bottleneck(spec);
    spec.num_classes = size("fc.weight", 0);
    return spec;
  }

  // Nothing is missing (but counters), nothing is left over, all shapes agree.
  bool is_exactly(const ArchSpec& spec) const {
    const int64_t channels = size(spec.stem == Stem::deep ? "conv1.0.weight" : "conv1.weight", 1);
    size_t found = 0;
    for (const TensorSpec& tensor :
         list_tensors(spec, {.num_classes = spec.num_classes, .in_channels = channels})) {
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
    if (has("conv1.0.weight")) {
      spec.stem = Stem::deep;
      spec.stem_widths = {size("conv1.0.weight", 0), size("conv1.3.weight", 0), size("conv1.6.weight", 0)};
      return;
    }
    spec.stem_widths = {size("conv1.weight", 0), 0, 0};
    if (size("conv1.weight", 2) == 7) return;
    spec.stem = Stem::conv3x3;
    spec.stem_pool = StemPool::none;
    spec.input_px = 32;
  }

  void read_stage(ArchSpec& spec, int stage) const {
    const auto at = static_cast<size_t>(stage);
    while (has(block(stage, spec.depths[at]) + "conv1.weight")) ++spec.depths[at];
    spec.channels[at] =
        size(block(stage, 0) + (spec.block == Block::basic ? "conv2.weight" : "conv3.weight"), 0);
    // The second stage has a shortcut in every net.
    if (stage != 1) return;
    const std::string shortcut = block(stage, 0) + "downsample.";
    if (!has(shortcut + "0.weight"))
      spec.shortcut = has(shortcut + "1.weight") ? Shortcut::avg_pool_conv : Shortcut::pad;
  }

  void read_bottleneck(ArchSpec& spec) const {
    if (spec.block != Block::bottleneck) return;
    const int64_t inner = size("layer1.0.conv2.weight", 0), a_group = size("layer1.0.conv2.weight", 1);
    const int64_t planes = spec.channels[0] / 4;
    if (a_group == 0 || planes == 0) return;
    spec.groups = inner / a_group;
    spec.base_width = a_group * 64 / planes;
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
