#include "zoo/models/resnet.h"

#include <ATen/ops/dropout.h>

#include <string>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/models/initialise.h"
#include "zoo/models/pools.h"

namespace zoo {
namespace {

void require_maps(const torch::Tensor& tensor, int64_t channels, const char* what) {
  if (tensor.dim() == 4 && tensor.size(1) == channels && tensor.size(2) > 0 && tensor.size(3) > 0) return;
  throw Error(ErrorCode::mismatch, "",
              std::string(what) + " are " + shape_text(tensor.sizes().vec()) + ", the model wants [N, " +
                  std::to_string(channels) + ", H, W] with H and W above 0");
}

void freeze(torch::nn::Module& module) {
  for (torch::Tensor& parameter : module.parameters()) parameter.set_requires_grad(false);
  module.eval();
}

}  // namespace

ResNetImpl::ResNetImpl(const ArchSpec& spec, const ResNetOptions& options) : spec_(spec), options_(options) {
  validate(spec);
  validate(options, spec);
  reset();
  if (options.initialise) initialise_backbone(*this, options.init, options.zero_init_last);
  ResNetImpl::train();
}

void ResNetImpl::reset() {
  register_stem();
  register_stages();
  register_head();
}

void ResNetImpl::register_stem() {
  if (spec_.stem == Stem::deep) {
    deep_stem = register_module("conv1", DeepStem(options_.in_channels, spec_));
  } else {
    const bool big = spec_.stem == Stem::conv7x7;
    conv1 = register_module("conv1", Conv(ConvOptions{.in = options_.in_channels,
                                                      .out = spec_.stem_channels(),
                                                      .kernel = big ? 7 : 3,
                                                      .stride = big ? 2 : 1}));
  }
  bn1 = register_module("bn1", NormLayer(spec_.norm, spec_.stem_channels()));
  if (spec_.stem_pool == StemPool::conv) maxpool = register_module("maxpool", ConvPool(spec_));
}

void ResNetImpl::register_stages() {
  const std::vector<BlockPlan> plans = plan_blocks(spec_, options_.output_stride);
  std::vector<std::vector<BlockOptions>> blocks(static_cast<size_t>(spec_.num_stages));
  for (size_t i = 0; i < plans.size(); ++i) {
    const double depth =
        plans.size() == 1 ? 0 : static_cast<double>(i) / static_cast<double>(plans.size() - 1);
    blocks[static_cast<size_t>(plans[i].stage)].push_back(
        {.spec = spec_, .plan = plans[i], .drop_path = options_.drop_path_rate * depth});
  }
  stages.clear();
  for (std::vector<BlockOptions>& stage : blocks)
    stages.push_back(register_module("layer" + std::to_string(stages.size() + 1), Stage(std::move(stage))));
}

void ResNetImpl::register_head() {
  if (options_.num_classes == 0) return;
  fc = register_module("fc", torch::nn::Linear(head_channels(options_, spec_), options_.num_classes));
  initialise_head(*fc, options_.init);
}

std::shared_ptr<torch::nn::Module> ResNetImpl::clone(const std::optional<torch::Device>& device) const {
  auto copy = torch::nn::Cloneable<ResNetImpl>::clone(device);
  const std::vector<torch::Tensor> from = parameters();
  std::vector<torch::Tensor> to = copy->parameters();
  for (size_t i = 0; i < to.size(); ++i) to[i].set_requires_grad(from[i].requires_grad());
  return copy;
}

void ResNetImpl::hold_frozen() {
  if (options_.frozen_stages < 0) return;
  if (conv1) freeze(*conv1);
  if (deep_stem) freeze(*deep_stem);
  freeze(*bn1);
  if (maxpool) freeze(*maxpool);
  for (int64_t stage = 0; stage < options_.frozen_stages; ++stage)
    freeze(*stages[static_cast<size_t>(stage)]);
}

void ResNetImpl::train(bool on) {
  torch::nn::Module::train(on);
  hold_frozen();
  if (!on || !options_.norm_eval) return;
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* norm = module->as<NormLayer>(); norm != nullptr && norm->kind == Norm::batch) norm->eval();
  }
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
  const torch::Tensor y = activate(bn1->forward(x), spec_.activation);
  return maxpool ? maxpool->forward(y) : stem_pool(y, spec_.stem_pool);
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
  torch::Tensor pooled = global_pool(features, options_.global_pool);
  if (options_.drop_rate > 0) pooled = at::dropout(pooled, options_.drop_rate, is_training());
  return fc ? fc->forward(pooled) : pooled;
}

torch::Tensor ResNetImpl::forward_pooled(const torch::Tensor& images) {
  return global_pool(forward_features(images), options_.global_pool);
}

torch::Tensor ResNetImpl::forward(const torch::Tensor& images) {
  return forward_head(forward_features(images));
}

}  // namespace zoo
