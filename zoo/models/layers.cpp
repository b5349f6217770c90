#include "zoo/models/layers.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/mish.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/zeros.h>

#include <string>
#include <utility>

namespace zoo {
namespace {

constexpr double kEpsilon = 1e-5;
constexpr double kMomentum = 0.1;
constexpr int64_t kNormGroups = 32;

}  // namespace

void ConvImpl::reset() {
  weight = register_parameter(
      "weight", at::empty({options.out, options.in / options.groups, options.kernel, options.kernel}));
  if (options.bias) bias = register_parameter("bias", at::empty({options.out}));
}

torch::Tensor ConvImpl::forward(const torch::Tensor& x) {
  const int64_t padding = options.kernel / 2 * options.dilation;
  return at::conv2d(x, weight, bias, {options.stride, options.stride}, {padding, padding},
                    {options.dilation, options.dilation}, options.groups);
}

void NormLayerImpl::reset() {
  weight = register_parameter("weight", at::ones({channels}));
  bias = register_parameter("bias", at::zeros({channels}));
  if (kind != Norm::batch) return;
  running_mean = register_buffer("running_mean", at::zeros({channels}));
  running_var = register_buffer("running_var", at::ones({channels}));
  num_batches_tracked = register_buffer("num_batches_tracked", at::zeros({}, at::kLong));
}

void NormLayerImpl::to(torch::Dtype dtype, bool non_blocking) {
  to(weight.device(), dtype, non_blocking);
}

void NormLayerImpl::to(torch::Device device, torch::Dtype dtype, bool non_blocking) {
  const torch::Tensor count = num_batches_tracked.defined() ? num_batches_tracked.detach() : torch::Tensor();
  torch::nn::Module::to(device, dtype, non_blocking);
  if (count.defined()) num_batches_tracked.set_data(count.to(device));
}

torch::Tensor NormLayerImpl::forward(const torch::Tensor& x) {
  if (kind == Norm::group) return at::group_norm(x, kNormGroups, weight, bias, kEpsilon);
  if (is_training()) num_batches_tracked.add_(1);
  return at::batch_norm(x, weight, bias, running_mean, running_var, is_training(), kMomentum, kEpsilon,
                        /*cudnn_enabled=*/true);
}

void ConvListImpl::reset() {
  items.clear();
  for (int64_t i = 0; i < size; ++i) items.push_back(register_module(std::to_string(i), Conv(options)));
}

void NormListImpl::reset() {
  items.clear();
  for (int64_t i = 0; i < size; ++i)
    items.push_back(register_module(std::to_string(i), NormLayer(kind, channels)));
}

torch::Tensor activate(torch::Tensor x, Activation activation) {
  switch (activation) {
    case Activation::relu:
      return x.relu_();
    case Activation::relu6:
      return at::hardtanh(x, 0, 6);
    case Activation::leaky_relu:
      return at::leaky_relu(x);
    case Activation::gelu:
      return at::gelu(x);
    case Activation::gelu_tanh:
      return at::gelu(x, "tanh");
    case Activation::quick_gelu:
      return x * at::sigmoid(1.702 * x);
    case Activation::silu:
      return at::silu(x);
    case Activation::mish:
      return at::mish(x);
    case Activation::tanh:
      return x.tanh();
    case Activation::sigmoid:
      return at::sigmoid(x);
    case Activation::linear:
      return x;
  }
  return x;
}

torch::Tensor drop_path(const torch::Tensor& x, double probability) {
  const double kept = 1 - probability;
  return x * at::empty({x.size(0), 1, 1, 1}, x.options()).bernoulli_(kept).div_(kept);
}

}  // namespace zoo
