// The smallest parts of a ResNet: convolutions, norms, activations, and what training draws at random. A
// registered name is a state-dict key; activations have none.
#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "zoo/arch/arch.h"

namespace zoo {

struct ConvOptions {
  int64_t in = 0, out = 0;
  int64_t kernel = 1;  // odd; padded so that stride 1 keeps the size
  int64_t stride = 1;
  int64_t groups = 1;
  int64_t dilation = 1;
  bool bias = false;
};

// Unlike torch::nn::Conv2d it draws no random numbers when it is made: its tensors are undefined until they
// are initialised or loaded, which saves a big net's construction most of its time.
class ConvImpl : public torch::nn::Cloneable<ConvImpl> {
 public:
  explicit ConvImpl(const ConvOptions& conv_options) : options(conv_options) { reset(); }
  void reset() override;
  // [N, in, H, W] -> [N, out, ceil(H / stride), ceil(W / stride)]
  torch::Tensor forward(const torch::Tensor& x);

  ConvOptions options;
  torch::Tensor weight;  // [out, in / groups, kernel, kernel]
  torch::Tensor bias;    // [out], or undefined
};
TORCH_MODULE(Conv);

// Batch norm (momentum 0.1) or group norm of 32 groups; epsilon 1e-5, affine.
class NormLayerImpl : public torch::nn::Cloneable<NormLayerImpl> {
 public:
  NormLayerImpl(Norm norm_kind, int64_t norm_channels) : kind(norm_kind), channels(norm_channels) { reset(); }
  void reset() override;  // weight 1, bias 0, mean 0, variance 1
  // [N, channels, H, W] -> the same shape
  torch::Tensor forward(const torch::Tensor& x);
  // The counter stays an integer, as in Python; torch::nn::Module would convert it too.
  using torch::nn::Module::to;
  void to(torch::Dtype dtype, bool non_blocking = false) override;
  void to(torch::Device device, torch::Dtype dtype, bool non_blocking = false) override;

  Norm kind;
  int64_t channels;
  torch::Tensor weight, bias;                                    // [channels]
  torch::Tensor running_mean, running_var, num_batches_tracked;  // Norm::batch only
};
TORCH_MODULE(NormLayer);

// Not a module: its two parts are registered in the owner, under the names that the owner's layout wants.
struct ConvNorm {
  Conv conv{nullptr};
  NormLayer norm{nullptr};
  torch::Tensor forward(const torch::Tensor& x) { return norm->forward(conv->forward(x)); }
};

// Several equal convolutions "0", "1", ...
class ConvListImpl : public torch::nn::Cloneable<ConvListImpl> {
 public:
  ConvListImpl(const ConvOptions& conv_options, int64_t list_size) : options(conv_options), size(list_size) {
    reset();
  }
  void reset() override;

  ConvOptions options;
  int64_t size;
  std::vector<Conv> items;
};
TORCH_MODULE(ConvList);

// Several equal norms "0", "1", ...
class NormListImpl : public torch::nn::Cloneable<NormListImpl> {
 public:
  NormListImpl(Norm norm_kind, int64_t norm_channels, int64_t list_size)
      : kind(norm_kind), channels(norm_channels), size(list_size) {
    reset();
  }
  void reset() override;

  Norm kind;
  int64_t channels, size;
  std::vector<NormLayer> items;
};
TORCH_MODULE(NormList);

// May overwrite x.
torch::Tensor activate(torch::Tensor x, Activation activation);

// Stochastic depth: each sample of x is 0 with this probability, the others are scaled so that the mean
// stays. Draws from the default generator of x's device. x: [N, C, H, W]; 0 <= probability < 1.
torch::Tensor drop_path(const torch::Tensor& x, double probability);

}  // namespace zoo
