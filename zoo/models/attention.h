// What weighs channels by what the whole picture shows.
#pragma once

#include "zoo/models/layers.h"

namespace zoo {

// Hu et al. 2017, https://arxiv.org/abs/1709.01507: fc1, fc2.
class SqueezeExciteImpl : public torch::nn::Cloneable<SqueezeExciteImpl> {
 public:
  SqueezeExciteImpl(int64_t map_channels, int64_t squeezed_channels)
      : channels(map_channels), squeezed(squeezed_channels) {
    reset();
  }
  void reset() override;
  // [N, channels, H, W] -> the same shape
  torch::Tensor forward(const torch::Tensor& x);

  int64_t channels, squeezed;
  Conv fc1{nullptr}, fc2{nullptr};  // with bias
};
TORCH_MODULE(SqueezeExcite);

// A convolution over the channels, without bias.
class ChannelConvImpl : public torch::nn::Cloneable<ChannelConvImpl> {
 public:
  explicit ChannelConvImpl(int64_t odd_kernel) : kernel(odd_kernel) { reset(); }
  void reset() override;
  // [N, 1, C] -> the same shape
  torch::Tensor forward(const torch::Tensor& x);

  int64_t kernel;
  torch::Tensor weight;  // [1, 1, kernel]; undefined values until initialised or loaded
};
TORCH_MODULE(ChannelConv);

// Wang et al. 2019, https://arxiv.org/abs/1910.03151: conv.
class EfficientAttentionImpl : public torch::nn::Cloneable<EfficientAttentionImpl> {
 public:
  explicit EfficientAttentionImpl(int64_t odd_kernel) : kernel(odd_kernel) { reset(); }
  void reset() override;
  // [N, C, H, W] -> the same shape
  torch::Tensor forward(const torch::Tensor& x);

  int64_t kernel;
  ChannelConv conv{nullptr};
};
TORCH_MODULE(EfficientAttention);

struct SplitOptions {
  int64_t in = 0, out = 0;
  int64_t squeezed = 0;
  int64_t groups = 1;
  int64_t radix = 2;
  int64_t dilation = 1;
  Norm norm = Norm::batch;
};

// Zhang et al. 2020, https://arxiv.org/abs/2004.08955: a 3x3 convolution to radix splits of the channels,
// which are added with weights that each channel's splits share out among them. conv, bn0, fc1, bn1, fc2.
class SplitAttentionImpl : public torch::nn::Cloneable<SplitAttentionImpl> {
 public:
  explicit SplitAttentionImpl(const SplitOptions& split_options) : options(split_options) { reset(); }
  void reset() override;
  // [N, in, H, W] -> [N, out, H, W]
  torch::Tensor forward(const torch::Tensor& x);

  SplitOptions options;
  ConvNorm splits;
  ConvNorm squeeze;  // fc1 (with bias), bn1
  Conv fc2{nullptr};

 private:
  torch::Tensor share_out(const torch::Tensor& logits) const;
};
TORCH_MODULE(SplitAttention);

}  // namespace zoo
