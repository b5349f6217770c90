#include "zoo/models/resnet.h"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/flatten.h>
#include <ATen/ops/max_pool2d.h>
#include <torch/nn/init.h>

#include "zoo/core/error.h"
#include "zoo/core/text.h"

namespace zoo {
namespace {

void require_maps(const torch::Tensor& tensor, int64_t channels, const char* what) {
  if (tensor.dim() == 4 && tensor.size(1) == channels && tensor.size(2) > 0 && tensor.size(3) > 0) return;
  throw Error(ErrorCode::mismatch, "",
              std::string(what) + " are " + shape_text(tensor.sizes().vec()) + ", the model wants [N, " +
                  std::to_string(channels) + ", H, W] with H and W above 0");
}

}  // namespace

ResNetImpl::ResNetImpl(const ArchSpec& spec, const ResNetOptions& options) : spec_(spec), options_(options) {
  validate(spec);
  if (options.num_classes < 0 || options.in_channels < 1) {
    throw Error(ErrorCode::mismatch, "architecture '" + std::string(spec.name) + "'",
                "num_classes is " + std::to_string(options.num_classes) + " and in_channels " +
                    std::to_string(options.in_channels) + ", expected 0 or more and 1 or more");
  }
  reset();
  if (!options.initialise) return;
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* conv = module->as<Conv>()) {
      torch::nn::init::kaiming_normal_(conv->weight, /*a=*/0, torch::kFanOut, torch::kReLU);
    }
  }
}

void ResNetImpl::reset() {
  if (spec_.stem == Stem::deep) {
    deep_stem = register_module("conv1", DeepStem(options_.in_channels, spec_.stem_widths));
  } else {
    const bool big = spec_.stem == Stem::conv7x7;
    conv1 = register_module("conv1", Conv(ConvOptions{.in = options_.in_channels,
                                                      .out = spec_.stem_channels(),
                                                      .kernel = big ? 7 : 3,
                                                      .stride = big ? 2 : 1}));
  }
  bn1 = register_module("bn1", torch::nn::BatchNorm2d(spec_.stem_channels()));
  stages.clear();
  for (int stage = 0; stage < spec_.num_stages; ++stage) {
    stages.push_back(register_module("layer" + std::to_string(stage + 1), Stage(spec_, stage)));
  }
  register_head();
}

void ResNetImpl::register_head() {
  if (options_.num_classes == 0) return;
  fc = register_module("fc", torch::nn::Linear(spec_.feature_channels(), options_.num_classes));
}

void ResNetImpl::reset_head(int64_t num_classes) {
  if (num_classes < 0) {
    throw Error(ErrorCode::mismatch, "",
                "a head of " + std::to_string(num_classes) + " classes, expected 0 or more");
  }
  if (fc) unregister_module("fc");
  fc = nullptr;
  options_.num_classes = num_classes;
  register_head();
  if (!fc) return;
  fc->to(bn1->weight.device(), bn1->weight.scalar_type());
  fc->train(is_training());
}

void ResNetImpl::to_channels_last() {
  for (torch::Tensor& parameter : parameters()) {
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast));
  }
}

torch::Tensor ResNetImpl::forward_stem(const torch::Tensor& images) {
  require_maps(images, options_.in_channels, "images");
  const torch::Tensor x = deep_stem ? deep_stem->forward(images) : conv1->forward(images);
  const torch::Tensor y = bn1->forward(x).relu_();
  return spec_.stem_pool == StemPool::none ? y : at::max_pool2d(y, {3, 3}, {2, 2}, {1, 1});
}

torch::Tensor ResNetImpl::forward_features(const torch::Tensor& images) {
  torch::Tensor x = forward_stem(images);
  for (Stage& stage : stages) x = stage->forward(x);
  return x;
}

std::vector<torch::Tensor> ResNetImpl::forward_stages(const torch::Tensor& images) {
  std::vector<torch::Tensor> maps;
  torch::Tensor x = forward_stem(images);
  for (Stage& stage : stages) maps.push_back(x = stage->forward(x));
  return maps;
}

torch::Tensor ResNetImpl::forward_head(const torch::Tensor& features) {
  require_maps(features, spec_.feature_channels(), "feature maps");
  const torch::Tensor pooled = at::flatten(at::adaptive_avg_pool2d(features, {1, 1}), 1);
  return fc ? fc->forward(pooled) : pooled;
}

torch::Tensor ResNetImpl::forward(const torch::Tensor& images) {
  return forward_head(forward_features(images));
}

}  // namespace zoo
