#include "zoo/models/blocks.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>

#include <string>

#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/models/pools.h"

namespace zoo {
namespace {

// He et al. 2015, option A: every second pixel, and zero channels, half of them in front.
torch::Tensor pad_shortcut(const torch::Tensor& x, const BlockPlan& plan) {
  torch::Tensor y = x;
  if (plan.stride != 1) y = y.slice(2, 0, y.size(2), plan.stride).slice(3, 0, y.size(3), plan.stride);
  const int64_t half = (plan.out - plan.in) / 2;
  return half == 0 ? y : at::constant_pad_nd(y, {0, 0, 0, 0, half, half});
}

void require_same_size(const torch::Tensor& branch, const torch::Tensor& shortcut, const ArchSpec& spec) {
  if (branch.sizes() == shortcut.sizes()) return;
  const std::string multiple = std::to_string(spec.reduction());
  throw Error(ErrorCode::mismatch, "",
              "a block's branch gives a map of " + shape_text(branch.sizes().vec()) +
                  ", its shortcut one of " + shape_text(shortcut.sizes().vec()),
              std::string(spec.name) + " takes images whose sides are multiples of " + multiple + ".");
}

}  // namespace

void DownsampleImpl::reset() {
  const bool pooled = options.spec.shortcut == Shortcut::avg_pool_conv;
  const BlockPlan& plan = options.plan;
  const bool keeps_size = plan.stride == 1 && plan.dilation == 1;
  const int64_t kernel = pooled || keeps_size ? 1 : options.spec.shortcut_kernel;
  const ConvOptions conv{.in = plan.in,
                         .out = plan.out,
                         .kernel = kernel,
                         .stride = pooled ? 1 : plan.stride,
                         .dilation = kernel == 1 ? 1 : plan.first_dilation};
  projection.conv = register_module(pooled ? "1" : "0", Conv(conv));
  projection.norm = register_module(pooled ? "2" : "1", NormLayer(options.spec.norm, plan.out));
}

torch::Tensor DownsampleImpl::forward(const torch::Tensor& x) {
  const BlockPlan& plan = options.plan;
  const bool pools =
      options.spec.shortcut == Shortcut::avg_pool_conv && (plan.stride != 1 || plan.dilation != 1);
  return projection.forward(pools ? shortcut_pool(x, plan.stride) : x);
}

torch::Tensor Cascade::forward(const torch::Tensor& x, const BlockOptions& options) {
  const std::vector<torch::Tensor> parts = x.chunk(options.spec.scales, 1);
  const bool alone = options.plan.projects;  // such a block's parts do not read each other
  std::vector<torch::Tensor> done;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    const torch::Tensor part = i == 0 || alone ? parts[i] : done.back() + parts[i];
    done.push_back(bns->items[i]->forward(convs->items[i]->forward(part)).relu_());
  }
  done.push_back(alone ? avg_pool_3x3(parts.back(), options.plan.stride) : parts.back());
  return at::cat(done, 1);
}

void ResidualBlockImpl::add(const ConvOptions& conv, int number) {
  ConvNorm& part = path.emplace_back();
  part.conv = register_module("conv" + std::to_string(number), Conv(conv));
  part.norm = register_module("bn" + std::to_string(number), NormLayer(options.spec.norm, conv.out));
}

void ResidualBlockImpl::register_bottleneck() {
  const ArchSpec& spec = options.spec;
  const BlockPlan& plan = options.plan;
  const bool early = spec.stride_place == StridePlace::conv1;
  add({.in = plan.in, .out = plan.first, .stride = early ? plan.stride : 1}, 1);
  const int64_t parts = spec.scales;
  const ConvOptions conv{.in = plan.first / parts,
                         .out = plan.inner / parts,
                         .kernel = 3,
                         .stride = early ? 1 : options.conv_stride(),
                         .groups = spec.groups,
                         .dilation = plan.first_dilation};
  if (spec.radix > 0) {
    split_attention = register_module("conv2", SplitAttention(SplitOptions{.in = plan.first,
                                                                           .out = plan.inner,
                                                                           .squeezed = plan.squeezed,
                                                                           .groups = spec.groups,
                                                                           .radix = spec.radix,
                                                                           .dilation = plan.first_dilation,
                                                                           .norm = spec.norm}));
  } else if (parts > 1) {
    cascade.convs = register_module("convs", ConvList(conv, parts - 1));
    cascade.bns = register_module("bns", NormList(spec.norm, conv.out, parts - 1));
  } else {
    add(conv, 2);
  }
  add({.in = plan.inner, .out = plan.out}, 3);
}

void ResidualBlockImpl::register_attention() {
  const BlockPlan& plan = options.plan;
  if (options.spec.attention == Attention::se)
    squeeze_excite = register_module("se", SqueezeExcite(plan.out, plan.squeezed));
  if (options.spec.attention == Attention::eca)
    efficient_attention = register_module("se", EfficientAttention(plan.eca_kernel));
}

void ResidualBlockImpl::reset() {
  const BlockPlan& plan = options.plan;
  path.clear();
  if (options.is_bottleneck()) {
    register_bottleneck();
  } else {
    add({.in = plan.in,
         .out = plan.first,
         .kernel = 3,
         .stride = options.conv_stride(),
         .dilation = plan.first_dilation},
        1);
    add({.in = plan.first, .out = plan.out, .kernel = 3, .dilation = plan.dilation}, 2);
  }
  register_attention();
  if (plan.projects && options.spec.shortcut != Shortcut::pad)
    downsample = register_module("downsample", Downsample(options));
}

// From behind the first convolution's activation to the last convolution.
torch::Tensor ResidualBlockImpl::between(const torch::Tensor& x) {
  const ArchSpec& spec = options.spec;
  const int64_t stride = options.plan.stride;
  if (split_attention) {
    if (stride == 1) return split_attention->forward(x);
    if (spec.pool_first) return split_attention->forward(avg_pool_3x3(x, stride));
    return avg_pool_3x3(split_attention->forward(x), stride);
  }
  if (cascade.convs) return cascade.forward(x, options);
  const torch::Tensor y = options.is_bottleneck() ? path[1].forward(x).relu_() : x;
  return options.has_anti_alias() ? anti_alias(y, spec.anti_alias, stride) : y;
}

torch::Tensor ResidualBlockImpl::branch(const torch::Tensor& x) {
  torch::Tensor y = path.back().forward(between(path.front().forward(x).relu_()));
  if (squeeze_excite) y = squeeze_excite->forward(y);
  if (efficient_attention) y = efficient_attention->forward(y);
  return is_training() && options.drop_path > 0 ? drop_path(y, options.drop_path) : y;
}

torch::Tensor ResidualBlockImpl::shortcut(const torch::Tensor& x) {
  if (downsample) return downsample->forward(x);
  return options.plan.projects ? pad_shortcut(x, options.plan) : x;
}

torch::Tensor ResidualBlockImpl::forward(const torch::Tensor& x) {
  torch::Tensor y = branch(x);
  const torch::Tensor identity = shortcut(x);
  require_same_size(y, identity, options.spec);
  return activate(y.add_(identity), options.spec.activation);
}

void StageImpl::reset() {
  blocks.clear();
  for (const BlockOptions& block : options)
    blocks.push_back(register_module(std::to_string(blocks.size()), ResidualBlock(block)));
}

torch::Tensor StageImpl::forward(torch::Tensor x) {
  for (ResidualBlock& block : blocks) x = block->forward(x);
  return x;
}

}  // namespace zoo
