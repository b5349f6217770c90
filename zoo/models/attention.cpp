#include "zoo/models/attention.h"

#include <ATen/ops/conv1d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>

namespace zoo {

void SqueezeExciteImpl::reset() {
  fc1 = register_module("fc1", Conv(ConvOptions{.in = channels, .out = squeezed, .bias = true}));
  fc2 = register_module("fc2", Conv(ConvOptions{.in = squeezed, .out = channels, .bias = true}));
}

torch::Tensor SqueezeExciteImpl::forward(const torch::Tensor& x) {
  const torch::Tensor squeezed_map = fc1->forward(x.mean({2, 3}, /*keepdim=*/true)).relu_();
  return x * at::sigmoid(fc2->forward(squeezed_map));
}

void ChannelConvImpl::reset() {
  weight = register_parameter("weight", at::empty({1, 1, kernel}));
}

torch::Tensor ChannelConvImpl::forward(const torch::Tensor& x) {
  return at::conv1d(x, weight, /*bias=*/{}, /*stride=*/1, /*padding=*/kernel / 2);
}

void EfficientAttentionImpl::reset() {
  conv = register_module("conv", ChannelConv(kernel));
}

torch::Tensor EfficientAttentionImpl::forward(const torch::Tensor& x) {
  const torch::Tensor y = conv->forward(x.mean({2, 3}).unsqueeze(1));
  return x * at::sigmoid(y).view({x.size(0), -1, 1, 1});
}

void SplitAttentionImpl::reset() {
  const int64_t all = options.out * options.radix;
  splits.conv = register_module("conv", Conv(ConvOptions{.in = options.in,
                                                         .out = all,
                                                         .kernel = 3,
                                                         .groups = options.groups * options.radix,
                                                         .dilation = options.dilation}));
  splits.norm = register_module("bn0", NormLayer(options.norm, all));
  const ConvOptions narrow{
      .in = options.out, .out = options.squeezed, .groups = options.groups, .bias = true};
  squeeze.conv = register_module("fc1", Conv(narrow));
  squeeze.norm = register_module("bn1", NormLayer(options.norm, options.squeezed));
  const ConvOptions wide{.in = options.squeezed, .out = all, .groups = options.groups, .bias = true};
  fc2 = register_module("fc2", Conv(wide));
}

// [N, radix * out, 1, 1], the groups' splits together -> weights [N, radix, out, 1, 1].
torch::Tensor SplitAttentionImpl::share_out(const torch::Tensor& logits) const {
  const int64_t n = logits.size(0);
  if (options.radix == 1) return at::sigmoid(logits).view({n, 1, options.out, 1, 1});
  const torch::Tensor by_split = logits.view({n, options.groups, options.radix, -1}).transpose(1, 2);
  return at::softmax(by_split, 1).reshape({n, options.radix, options.out, 1, 1});
}

torch::Tensor SplitAttentionImpl::forward(const torch::Tensor& x) {
  const torch::Tensor maps = splits.forward(x).relu_();
  const torch::Tensor parts =
      maps.reshape({maps.size(0), options.radix, options.out, maps.size(2), maps.size(3)});
  const torch::Tensor whole = options.radix == 1 ? maps : parts.sum(1);
  const torch::Tensor seen = squeeze.forward(whole.mean({2, 3}, /*keepdim=*/true)).relu_();
  const torch::Tensor weighted = parts * share_out(fc2->forward(seen));
  return weighted.sum(1).contiguous(x.suggest_memory_format());
}

}  // namespace zoo
