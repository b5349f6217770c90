// Residual blocks, written as the patterns that can be fused: convolution + norm (+ activation), and
// convolution
// + norm + add + activation. A registered name is a state-dict key, and the order is timm's.
#pragma once

#include <vector>

#include "zoo/models/attention.h"
#include "zoo/models/layers.h"

namespace zoo {

struct BlockOptions {
  ArchSpec spec;  // what the net's blocks have alike
  BlockPlan plan;
  double drop_path = 0;  // probability that training leaves the branch out for a sample

  bool is_bottleneck() const { return plan.kind == Block::bottleneck; }
  bool has_anti_alias() const {
    return spec.anti_alias != AntiAlias::none && (plan.stride != 1 || plan.first_dilation != plan.dilation);
  }
  // Of the convolution or cascade that carries the block's stride; pools take it from the others.
  int64_t conv_stride() const { return has_anti_alias() || spec.radix > 0 ? 1 : plan.stride; }
};

// The shortcut that learns: "0" and "1" are its convolution and norm; behind an average pool they are "1" and
// "2".
class DownsampleImpl : public torch::nn::Cloneable<DownsampleImpl> {
 public:
  explicit DownsampleImpl(const BlockOptions& block_options) : options(block_options) { reset(); }
  void reset() override;
  // [N, in, H, W] -> [N, out, ceil(H / stride), ceil(W / stride)]
  torch::Tensor forward(const torch::Tensor& x);

  BlockOptions options;
  ConvNorm projection;
};
TORCH_MODULE(Downsample);

// Gao et al. 2019, https://arxiv.org/abs/1904.01169: in place of one 3x3 each part of the channels has its
// own, and reads what the part before it gave. Not a module: "convs" and "bns" are registered in the block.
struct Cascade {
  ConvList convs{nullptr};  // one fewer than there are parts
  NormList bns{nullptr};
  // [N, inner, H, W] -> [N, inner, ceil(H / stride), ceil(W / stride)]
  torch::Tensor forward(const torch::Tensor& x, const BlockOptions& options);
};

// In timm's order: conv1, bn1, conv2, bn2 (, conv3, bn3), where conv2 and bn2 may be a SplitAttention "conv2"
// or a Cascade "convs", "bns"; then se (, downsample).
class ResidualBlockImpl : public torch::nn::Cloneable<ResidualBlockImpl> {
 public:
  explicit ResidualBlockImpl(const BlockOptions& block_options) : options(block_options) { reset(); }
  void reset() override;
  // [N, in, H, W] -> [N, out, ceil(H / stride), ceil(W / stride)]. Throws Error{mismatch} for maps that the
  // branch and the shortcut shrink to different sizes (AntiAlias::avg and odd sides).
  torch::Tensor forward(const torch::Tensor& x);

  BlockOptions options;
  std::vector<ConvNorm> path;  // in their order; a split attention or a cascade is not among them
  SplitAttention split_attention{nullptr};  // ... but stands between the first and the last;
  Cascade cascade;                          // at most one of the two
  SqueezeExcite squeeze_excite{nullptr};    // at most one of these two, registered as "se"
  EfficientAttention efficient_attention{nullptr};
  Downsample downsample{nullptr};  // null: the identity, or Shortcut::pad

 private:
  void add(const ConvOptions& conv, int number);
  void register_bottleneck();
  void register_attention();
  torch::Tensor between(const torch::Tensor& x);
  torch::Tensor branch(const torch::Tensor& x);
  torch::Tensor shortcut(const torch::Tensor& x);
};
TORCH_MODULE(ResidualBlock);

// Blocks "0", "1", ... one after the other.
class StageImpl : public torch::nn::Cloneable<StageImpl> {
 public:
  explicit StageImpl(std::vector<BlockOptions> block_options) : options(std::move(block_options)) { reset(); }
  void reset() override;
  torch::Tensor forward(torch::Tensor x);

  std::vector<BlockOptions> options;
  std::vector<ResidualBlock> blocks;
};
TORCH_MODULE(Stage);

}  // namespace zoo
