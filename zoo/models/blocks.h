// The parts of a ResNet, written as the patterns that can be fused: convolution + norm (+ activation), and
// convolution + norm + add + activation. A registered name is a state-dict key; activations have none.
#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "zoo/core/arch.h"

namespace zoo {

struct ConvOptions {
  int64_t in = 0, out = 0;
  int64_t kernel = 1;  // odd; padded by kernel / 2 on each side
  int64_t stride = 1;
  int64_t groups = 1;
};

// A convolution without bias. Unlike torch::nn::Conv2d it draws no random numbers when it is made: its weight
// is undefined until it is initialised or loaded, which saves a big net's construction most of its time.
class ConvImpl : public torch::nn::Cloneable<ConvImpl> {
 public:
  explicit ConvImpl(const ConvOptions& conv_options) : options(conv_options) { reset(); }
  void reset() override;
  // [N, in, H, W] -> [N, out, ceil(H / stride), ceil(W / stride)]
  torch::Tensor forward(const torch::Tensor& x);

  ConvOptions options;
  torch::Tensor weight;  // [out, in / groups, kernel, kernel]
};
TORCH_MODULE(Conv);

// Not a module: its two parts are registered in the owner, under the names that the owner's layout wants.
struct ConvNorm {
  Conv conv{nullptr};
  torch::nn::BatchNorm2d norm{nullptr};
  torch::Tensor forward(const torch::Tensor& x) { return norm->forward(conv->forward(x)); }
};

struct BlockOptions {
  Block kind = Block::basic;
  int64_t in = 0, inner = 0, out = 0;  // channels
  int64_t stride = 1;
  int64_t groups = 1;  // of a bottleneck's 3x3
  StridePlace stride_place = StridePlace::conv2;
  Shortcut shortcut = Shortcut::conv;

  bool changes_shape() const { return stride != 1 || in != out; }
};

// The shortcut that learns: "0" and "1" are its convolution and norm; behind an average pool they are "1" and
// "2".
class DownsampleImpl : public torch::nn::Cloneable<DownsampleImpl> {
 public:
  explicit DownsampleImpl(const BlockOptions& block_options) : options(block_options) { reset(); }
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  BlockOptions options;
  ConvNorm projection;
};
TORCH_MODULE(Downsample);

// conv1, bn1, conv2, bn2 (, conv3, bn3) and, where the shape changes, downsample.
class ResidualBlockImpl : public torch::nn::Cloneable<ResidualBlockImpl> {
 public:
  explicit ResidualBlockImpl(const BlockOptions& block_options) : options(block_options) { reset(); }
  void reset() override;
  // [N, in, H, W] -> [N, out, ceil(H / stride), ceil(W / stride)]
  torch::Tensor forward(const torch::Tensor& x);

  BlockOptions options;
  std::vector<ConvNorm> path;      // all but the last are followed by an activation
  Downsample downsample{nullptr};  // null: the identity, or Shortcut::pad

 private:
  torch::Tensor shortcut(const torch::Tensor& x);
};
TORCH_MODULE(ResidualBlock);

// Blocks "0", "1", ... one after the other.
class StageImpl : public torch::nn::Cloneable<StageImpl> {
 public:
  StageImpl(const ArchSpec& spec, int stage);
  void reset() override;
  torch::Tensor forward(torch::Tensor x);

  std::vector<BlockOptions> options;
  std::vector<ResidualBlock> blocks;
};
TORCH_MODULE(Stage);

// Three 3x3 convolutions, the first with stride 2, as timm's Sequential has them: "0", "1" (norm), "3", "4"
// (norm), "6"; the last one's norm is the net's bn1.
class DeepStemImpl : public torch::nn::Cloneable<DeepStemImpl> {
 public:
  DeepStemImpl(int64_t in_channels, std::array<int64_t, 3> stem_widths)
      : in(in_channels), widths(stem_widths) {
    reset();
  }
  void reset() override;
  torch::Tensor forward(const torch::Tensor& images);

  int64_t in;
  std::array<int64_t, 3> widths;
  ConvNorm first, second;
  Conv last{nullptr};
};
TORCH_MODULE(DeepStem);

}  // namespace zoo
