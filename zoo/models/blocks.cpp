#include "zoo/models/blocks.h"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>

#include <string>

namespace zoo {
namespace {

// He et al. 2015, option A: every second pixel, and zero channels, half of them in front.
torch::Tensor pad_shortcut(const torch::Tensor& x, const BlockOptions& options) {
  torch::Tensor y = x;
  if (options.stride != 1) {
    y = y.slice(2, 0, y.size(2), options.stride).slice(3, 0, y.size(3), options.stride);
  }
  const int64_t half = (options.out - options.in) / 2;
  return half == 0 ? y : at::constant_pad_nd(y, {0, 0, 0, 0, half, half});
}

}  // namespace

void ConvImpl::reset() {
  weight = register_parameter(
      "weight", at::empty({options.out, options.in / options.groups, options.kernel, options.kernel}));
}

torch::Tensor ConvImpl::forward(const torch::Tensor& x) {
  const int64_t padding = options.kernel / 2;
  return at::conv2d(x, weight, /*bias=*/{}, {options.stride, options.stride}, {padding, padding},
                    /*dilation=*/{1, 1}, options.groups);
}

void DownsampleImpl::reset() {
  const bool pooled = options.shortcut == Shortcut::avg_pool_conv;
  const ConvOptions conv{.in = options.in, .out = options.out, .stride = pooled ? 1 : options.stride};
  projection.conv = register_module(pooled ? "1" : "0", Conv(conv));
  projection.norm = register_module(pooled ? "2" : "1", torch::nn::BatchNorm2d(options.out));
}

torch::Tensor DownsampleImpl::forward(const torch::Tensor& x) {
  if (options.shortcut != Shortcut::avg_pool_conv || options.stride == 1) return projection.forward(x);
  const std::array<int64_t, 2> window{options.stride, options.stride};
  return projection.forward(at::avg_pool2d(x, window, window, /*padding=*/0, /*ceil_mode=*/true,
                                           /*count_include_pad=*/false));
}

void ResidualBlockImpl::reset() {
  std::vector<ConvOptions> convs;
  if (options.kind == Block::basic) {
    convs = {{.in = options.in, .out = options.inner, .kernel = 3, .stride = options.stride},
             {.in = options.inner, .out = options.out, .kernel = 3}};
  } else {
    const bool early = options.stride_place == StridePlace::conv1;
    convs = {{.in = options.in, .out = options.inner, .stride = early ? options.stride : 1},
             {.in = options.inner,
              .out = options.inner,
              .kernel = 3,
              .stride = early ? 1 : options.stride,
              .groups = options.groups},
             {.in = options.inner, .out = options.out}};
  }
  path.clear();
  for (const ConvOptions& conv : convs) {
    const std::string number = std::to_string(path.size() + 1);
    ConvNorm& part = path.emplace_back();
    part.conv = register_module("conv" + number, Conv(conv));
    part.norm = register_module("bn" + number, torch::nn::BatchNorm2d(conv.out));
  }
  if (options.changes_shape() && options.shortcut != Shortcut::pad) {
    downsample = register_module("downsample", Downsample(options));
  }
}

torch::Tensor ResidualBlockImpl::shortcut(const torch::Tensor& x) {
  if (downsample) return downsample->forward(x);
  return options.changes_shape() ? pad_shortcut(x, options) : x;
}

torch::Tensor ResidualBlockImpl::forward(const torch::Tensor& x) {
  torch::Tensor y = x;
  for (size_t i = 0; i + 1 < path.size(); ++i) y = path[i].forward(y).relu_();
  y = path.back().forward(y);
  return y.add_(shortcut(x)).relu_();
}

StageImpl::StageImpl(const ArchSpec& spec, int stage) {
  BlockOptions block{.kind = spec.block,
                     .in = stage == 0 ? spec.stem_channels() : spec.stage_channels(stage - 1),
                     .inner = spec.inner_channels(stage),
                     .out = spec.stage_channels(stage),
                     .stride = ArchSpec::stage_stride(stage),
                     .groups = spec.groups,
                     .stride_place = spec.stride_place,
                     .shortcut = spec.shortcut};
  for (int64_t i = 0; i < spec.depths[static_cast<size_t>(stage)]; ++i) {
    options.push_back(block);
    block.in = block.out;
    block.stride = 1;
  }
  reset();
}

void StageImpl::reset() {
  blocks.clear();
  for (const BlockOptions& block : options) {
    blocks.push_back(register_module(std::to_string(blocks.size()), ResidualBlock(block)));
  }
}

torch::Tensor StageImpl::forward(torch::Tensor x) {
  for (ResidualBlock& block : blocks) x = block->forward(x);
  return x;
}

void DeepStemImpl::reset() {
  first.conv = register_module("0", Conv(ConvOptions{.in = in, .out = widths[0], .kernel = 3, .stride = 2}));
  first.norm = register_module("1", torch::nn::BatchNorm2d(widths[0]));
  second.conv = register_module("3", Conv(ConvOptions{.in = widths[0], .out = widths[1], .kernel = 3}));
  second.norm = register_module("4", torch::nn::BatchNorm2d(widths[1]));
  last = register_module("6", Conv(ConvOptions{.in = widths[1], .out = widths[2], .kernel = 3}));
}

torch::Tensor DeepStemImpl::forward(const torch::Tensor& images) {
  return last->forward(second.forward(first.forward(images).relu_()).relu_());
}

}  // namespace zoo
