// The tensors of a spec, in the order in which torchvision (timm, where torchvision has no such part)
// registers them.
#include <functional>
#include <numeric>

#include "zoo/layouts/layouts.h"

namespace zoo {
namespace {

enum class Kind { conv, norm, head };

struct Layer {
  Kind kind;
  std::string name;
  std::vector<int64_t> weight;  // conv [out, in / groups, k, k], norm [channels], head [classes, channels]
  int64_t reduction = 1;        // conv: input pixels per output pixel, along one side
};

class LayerList {
 public:
  LayerList(const ArchSpec& spec, const TensorListOptions& options) : spec_(spec), options_(options) {
    add_stem();
    for (int stage = 0; stage < spec_.num_stages; ++stage) add_stage(stage);
    if (options_.num_classes > 0) {
      layers_.push_back({Kind::head, "fc", {options_.num_classes, spec_.feature_channels()}});
    }
  }

  std::vector<Layer> take() { return std::move(layers_); }

 private:
  void conv(const std::string& name, int64_t in, int64_t out, int64_t kernel, int64_t reduction,
            int64_t groups = 1) {
    layers_.push_back({Kind::conv, name, {out, in / groups, kernel, kernel}, reduction});
  }
  void norm(const std::string& name, int64_t channels) { layers_.push_back({Kind::norm, name, {channels}}); }

  void add_stem() {
    const auto& widths = spec_.stem_widths;
    reduction_ = spec_.stem == Stem::conv3x3 ? 1 : 2;
    if (spec_.stem == Stem::deep) {
      conv("conv1.0", options_.in_channels, widths[0], 3, reduction_);
      norm("conv1.1", widths[0]);
      conv("conv1.3", widths[0], widths[1], 3, reduction_);
      norm("conv1.4", widths[1]);
      conv("conv1.6", widths[1], widths[2], 3, reduction_);
    } else {
      conv("conv1", options_.in_channels, widths[0], spec_.stem == Stem::conv7x7 ? 7 : 3, reduction_);
    }
    norm("bn1", spec_.stem_channels());
    channels_ = spec_.stem_channels();
    if (spec_.stem_pool == StemPool::max) reduction_ *= 2;
  }

  void add_stage(int stage) {
    const int64_t stride = ArchSpec::stage_stride(stage);
    for (int64_t block = 0; block < spec_.depths[static_cast<size_t>(stage)]; ++block) {
      const std::string name = "layer" + std::to_string(stage + 1) + "." + std::to_string(block) + ".";
      add_block(name, stage, block == 0 ? stride : 1);
    }
  }

  void add_block(const std::string& name, int stage, int64_t stride) {
    const int64_t inner = spec_.inner_channels(stage), out = spec_.stage_channels(stage);
    const int64_t reduced = reduction_ * stride;
    if (spec_.block == Block::basic) {
      conv(name + "conv1", channels_, inner, 3, reduced);
      norm(name + "bn1", inner);
      conv(name + "conv2", inner, out, 3, reduced);
      norm(name + "bn2", out);
    } else {
      conv(name + "conv1", channels_, inner, 1,
           spec_.stride_place == StridePlace::conv1 ? reduced : reduction_);
      norm(name + "bn1", inner);
      conv(name + "conv2", inner, inner, 3, reduced, spec_.groups);
      norm(name + "bn2", inner);
      conv(name + "conv3", inner, out, 1, reduced);
      norm(name + "bn3", out);
    }
    if (spec_.shortcut != Shortcut::pad && (stride != 1 || channels_ != out)) {
      // In ResNet-D's shortcut the pool (or an identity, where the stride is 1) takes position 0.
      const int first = spec_.shortcut == Shortcut::avg_pool_conv ? 1 : 0;
      conv(name + "downsample." + std::to_string(first), channels_, out, 1, reduced);
      norm(name + "downsample." + std::to_string(first + 1), out);
    }
    channels_ = out;
    reduction_ = reduced;
  }

  const ArchSpec& spec_;
  const TensorListOptions& options_;
  std::vector<Layer> layers_;
  int64_t channels_ = 0;   // of the map that the next layer reads
  int64_t reduction_ = 1;  // of that map
};

std::vector<Layer> list_layers(const ArchSpec& spec, const TensorListOptions& options) {
  validate(spec);
  return LayerList(spec, options).take();
}

int64_t product(const std::vector<int64_t>& factors) {
  return std::accumulate(factors.begin(), factors.end(), int64_t{1}, std::multiplies<>());
}

}  // namespace

int64_t TensorSpec::numel() const {
  return product(shape);
}

std::vector<TensorSpec> list_tensors(const ArchSpec& spec, const TensorListOptions& options) {
  std::vector<TensorSpec> tensors;
  for (const Layer& layer : list_layers(spec, options)) {
    const std::vector<int64_t> channels{layer.weight.front()};
    switch (layer.kind) {
      case Kind::conv:
        tensors.push_back({layer.name + ".weight", layer.weight, Role::conv_weight});
        break;
      case Kind::norm:
        tensors.push_back({layer.name + ".weight", channels, Role::norm_weight});
        tensors.push_back({layer.name + ".bias", channels, Role::norm_bias});
        tensors.push_back({layer.name + ".running_mean", channels, Role::running_mean});
        tensors.push_back({layer.name + ".running_var", channels, Role::running_var});
        tensors.push_back({layer.name + ".num_batches_tracked", {}, Role::counter});
        break;
      case Kind::head:
        tensors.push_back({layer.name + ".weight", layer.weight, Role::head_weight});
        tensors.push_back({layer.name + ".bias", channels, Role::head_bias});
        break;
    }
  }
  return tensors;
}

int64_t count_parameters(const ArchSpec& spec, const TensorListOptions& options) {
  int64_t count = 0;
  for (const Layer& layer : list_layers(spec, options)) {
    count += product(layer.weight);
    if (layer.kind != Kind::conv) count += layer.weight.front();  // bias
  }
  return count;
}

int64_t count_macs(const ArchSpec& spec, int64_t height, int64_t width, const TensorListOptions& options) {
  int64_t macs = 0;
  for (const Layer& layer : list_layers(spec, options)) {
    if (layer.kind == Kind::norm) continue;
    // Every convolution and pool pads so that n pixels become ceil(n / stride); rounding up composes over
    // strides.
    const auto pixels = [&](int64_t side) { return (side + layer.reduction - 1) / layer.reduction; };
    macs += product(layer.weight) * (layer.kind == Kind::conv ? pixels(height) * pixels(width) : 1);
  }
  return macs;
}

}  // namespace zoo
