// Stems of more than one convolution. The net's first norm, bn1, is not theirs.
#pragma once

#include <array>

#include "zoo/models/layers.h"

namespace zoo {

// Three 3x3 convolutions, the first with stride 2, as timm's Sequential has them: "0", "1" (norm), "3", "4"
// (norm), "6"; the last one's norm is the net's bn1.
class DeepStemImpl : public torch::nn::Cloneable<DeepStemImpl> {
 public:
  DeepStemImpl(int64_t in_channels, const ArchSpec& spec)
      : in(in_channels), widths(spec.stem_widths), norm(spec.norm), activation(spec.activation) {
    reset();
  }
  void reset() override;
  // [N, in, H, W] -> [N, widths[2], ceil(H / 2), ceil(W / 2)]
  torch::Tensor forward(const torch::Tensor& images);

  int64_t in;
  std::array<int64_t, 3> widths;
  Norm norm;
  Activation activation;
  ConvNorm first, second;
  Conv last{nullptr};
};
TORCH_MODULE(DeepStem);

// In place of the stem's pool: "0", a 3x3 convolution of stride 2, and "1", its norm; then the activation.
class ConvPoolImpl : public torch::nn::Cloneable<ConvPoolImpl> {
 public:
  explicit ConvPoolImpl(const ArchSpec& spec)
      : channels(spec.stem_channels()), norm(spec.norm), activation(spec.activation) {
    reset();
  }
  void reset() override;
  // [N, channels, H, W] -> [N, channels, ceil(H / 2), ceil(W / 2)]
  torch::Tensor forward(const torch::Tensor& x);

  int64_t channels;
  Norm norm;
  Activation activation;
  ConvNorm pool;
};
TORCH_MODULE(ConvPool);

}  // namespace zoo
