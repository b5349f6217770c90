// The tensors of a spec, in the order in which torchvision (timm, where torchvision has no such part)
// registers them.
#include <functional>
#include <numeric>

#include "zoo/layouts/layouts.h"

namespace zoo {
namespace {

struct Layer {
  enum class Kind { conv, norm, head };
  Kind kind;
  std::string name;
  std::vector<int64_t> weight;  // conv [out, in / groups, k, k], norm [channels], head [classes, channels]
  bool bias = false;            // conv
  int64_t places = 1;           // conv: pixels of its output map
};

struct ConvShape {
  int64_t in, out, kernel = 1, groups = 1;
};

// Along the way, the size of the map at hand, for the multiply-accumulates.
struct MapSize {
  int64_t height, width;
  // What convolutions and pools leave that pad half their kernel.
  MapSize strided(int64_t stride) const {
    return {(height + stride - 1) / stride, (width + stride - 1) / stride};
  }
  int64_t places() const { return height * width; }
};

class LayerList {
 public:
  LayerList(const ArchSpec& spec, const TensorListOptions& options, MapSize input)
      : spec_(spec), map_(input) {
    add_stem(options.in_channels);
    for (const BlockPlan& block : plan_blocks(spec)) add_block(block);
    if (options.num_classes > 0) {
      layers_.push_back(
          {Layer::Kind::head, "fc", {options.num_classes, pooled_channels(spec_, options.global_pool)}});
    }
  }

  std::vector<Layer> take() { return std::move(layers_); }

 private:
  // On the map at hand.
  void conv(const std::string& name, const ConvShape& shape) {
    layers_.push_back({Layer::Kind::conv,
                       name,
                       {shape.out, shape.in / shape.groups, shape.kernel, shape.kernel},
                       false,
                       map_.places()});
  }
  // On the mean of a map.
  void pointwise(const std::string& name, const ConvShape& shape) {
    layers_.push_back({Layer::Kind::conv, name, {shape.out, shape.in / shape.groups, 1, 1}, true});
  }
  void norm(const std::string& name, int64_t channels) {
    layers_.push_back({Layer::Kind::norm, name, {channels}});
  }

  void add_stem(int64_t in_channels) {
    const auto& widths = spec_.stem_widths;
    const int64_t channels = spec_.stem_channels();
    map_ = map_.strided(spec_.stem == Stem::conv3x3 ? 1 : 2);
    if (spec_.stem == Stem::deep) {
      conv("conv1.0", {in_channels, widths[0], 3});
      norm("conv1.1", widths[0]);
      conv("conv1.3", {widths[0], widths[1], 3});
      norm("conv1.4", widths[1]);
      conv("conv1.6", {widths[1], widths[2], 3});
    } else {
      conv("conv1", {in_channels, channels, spec_.stem == Stem::conv7x7 ? 7 : 3});
    }
    norm("bn1", channels);
    if (spec_.stem_pool == StemPool::avg) {
      map_ = {map_.height / 2, map_.width / 2};
    } else if (spec_.stem_pool != StemPool::none) {
      map_ = map_.strided(2);
    }
    if (spec_.stem_pool == StemPool::conv) {
      conv("maxpool.0", {channels, channels, 3});
      norm("maxpool.1", channels);
    }
  }

  void add_block(const BlockPlan& block) {
    const std::string name =
        "layer" + std::to_string(block.stage + 1) + "." + std::to_string(block.index) + ".";
    const MapSize reduced = map_.strided(block.stride);
    if (block.kind == Block::basic) {
      add_basic(name, block, reduced);
    } else {
      add_bottleneck(name, block, reduced);
    }
    if (spec_.attention == Attention::se) {
      pointwise(name + "se.fc1", {block.out, block.squeezed});
      pointwise(name + "se.fc2", {block.squeezed, block.out});
    }
    if (spec_.attention == Attention::eca) {
      layers_.push_back({Layer::Kind::conv, name + "se.conv", {1, 1, block.eca_kernel}, false, block.out});
    }
    if (block.projects && spec_.shortcut != Shortcut::pad) add_shortcut(name + "downsample.", block);
  }

  // A pool that takes the stride from a 3x3 stands behind it.
  void add_basic(const std::string& name, const BlockPlan& block, MapSize reduced) {
    if (spec_.anti_alias == AntiAlias::none) map_ = reduced;
    conv(name + "conv1", {block.in, block.first, 3});
    norm(name + "bn1", block.first);
    map_ = reduced;
    conv(name + "conv2", {block.first, block.inner, 3});
    norm(name + "bn2", block.inner);
  }

  void add_bottleneck(const std::string& name, const BlockPlan& block, MapSize reduced) {
    if (spec_.stride_place == StridePlace::conv1) map_ = reduced;
    conv(name + "conv1", {block.in, block.first});
    norm(name + "bn1", block.first);
    const bool pooled_behind = spec_.anti_alias != AntiAlias::none || (spec_.radix > 0 && !spec_.pool_first);
    if (!pooled_behind) map_ = reduced;
    add_spatial(name, block);
    map_ = reduced;
    conv(name + "conv3", {block.inner, block.out});
    norm(name + "bn3", block.out);
  }

  // The 3x3 of a bottleneck, or what stands for it.
  void add_spatial(const std::string& name, const BlockPlan& block) {
    if (spec_.radix > 0) return add_split_attention(name + "conv2.", block);
    if (spec_.scales > 1) return add_cascade(name, block);
    conv(name + "conv2", {block.first, block.inner, 3, spec_.groups});
    norm(name + "bn2", block.inner);
  }

  void add_split_attention(const std::string& name, const BlockPlan& block) {
    const int64_t splits = block.inner * spec_.radix;
    conv(name + "conv", {block.first, splits, 3, spec_.groups * spec_.radix});
    norm(name + "bn0", splits);
    pointwise(name + "fc1", {block.inner, block.squeezed, 1, spec_.groups});
    norm(name + "bn1", block.squeezed);
    pointwise(name + "fc2", {block.squeezed, splits, 1, spec_.groups});
  }

  void add_cascade(const std::string& name, const BlockPlan& block) {
    const int64_t part = block.inner / spec_.scales;
    for (int64_t i = 0; i + 1 < spec_.scales; ++i)
      conv(name + "convs." + std::to_string(i), {part, part, 3, spec_.groups});
    for (int64_t i = 0; i + 1 < spec_.scales; ++i) norm(name + "bns." + std::to_string(i), part);
  }

  void add_shortcut(const std::string& name, const BlockPlan& block) {
    // In ResNet-D's shortcut the pool (or an identity, where the stride is 1) takes position 0.
    const int first = spec_.shortcut == Shortcut::avg_pool_conv ? 1 : 0;
    const int64_t kernel = block.stride == 1 ? 1 : spec_.shortcut_kernel;
    conv(name + std::to_string(first), {block.in, block.out, kernel});
    norm(name + std::to_string(first + 1), block.out);
  }

  const ArchSpec& spec_;
  std::vector<Layer> layers_;
  MapSize map_;  // that the next convolution writes
};

int64_t product(const std::vector<int64_t>& factors) {
  return std::accumulate(factors.begin(), factors.end(), int64_t{1}, std::multiplies<>());
}

void append_norm(const ArchSpec& spec, const Layer& layer, std::vector<TensorSpec>& tensors) {
  tensors.push_back({layer.name + ".weight", layer.weight, Role::norm_weight});
  tensors.push_back({layer.name + ".bias", layer.weight, Role::norm_bias});
  if (spec.norm != Norm::batch) return;
  tensors.push_back({layer.name + ".running_mean", layer.weight, Role::running_mean});
  tensors.push_back({layer.name + ".running_var", layer.weight, Role::running_var});
  tensors.push_back({layer.name + ".num_batches_tracked", {}, Role::counter});
}

}  // namespace

int64_t TensorSpec::numel() const {
  return product(shape);
}

std::string_view first_conv_name(const ArchSpec& spec) {
  return spec.stem == Stem::deep ? "conv1.0.weight" : "conv1.weight";
}

std::vector<TensorSpec> list_tensors(const ArchSpec& spec, const TensorListOptions& options) {
  std::vector<TensorSpec> tensors;
  for (const Layer& layer : LayerList(spec, options, {1, 1}).take()) {
    if (layer.kind == Layer::Kind::norm) {
      append_norm(spec, layer, tensors);
      continue;
    }
    const bool head = layer.kind == Layer::Kind::head;
    tensors.push_back({layer.name + ".weight", layer.weight, head ? Role::head_weight : Role::conv_weight});
    if (head || layer.bias)
      tensors.push_back(
          {layer.name + ".bias", {layer.weight.front()}, head ? Role::head_bias : Role::conv_bias});
  }
  return tensors;
}

int64_t count_parameters(const ArchSpec& spec, const TensorListOptions& options) {
  int64_t count = 0;
  for (const Layer& layer : LayerList(spec, options, {1, 1}).take()) {
    count += product(layer.weight);
    if (layer.kind != Layer::Kind::conv || layer.bias) count += layer.weight.front();
  }
  return count;
}

int64_t count_macs(const ArchSpec& spec, int64_t height, int64_t width, const TensorListOptions& options) {
  int64_t macs = 0;
  for (const Layer& layer : LayerList(spec, options, {height, width}).take()) {
    if (layer.kind != Layer::Kind::norm) macs += product(layer.weight) * layer.places;
  }
  return macs;
}

}  // namespace zoo
