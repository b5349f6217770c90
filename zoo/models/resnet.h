// One ResNet for every spec. The registered name of each part is its state-dict key, as in torchvision.
#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>

#include <string>
#include <vector>

#include "zoo/core/arch.h"
#include "zoo/models/blocks.h"

namespace zoo {

struct ResNetOptions {
  int64_t num_classes = 1000;  // 0 = no head: forward gives the pooled features
  int64_t in_channels = 3;
  bool initialise = true;  // false: convolutions stay undefined, for a model that is loaded right after
};

class ResNetImpl : public torch::nn::Cloneable<ResNetImpl> {
 public:
  // Builds and initialises (convolutions kaiming normal fan-out, norms 1 and 0, head as torch::nn::Linear),
  // drawing from LibTorch's default generator. Throws Error{mismatch} that names the field if the spec or the
  // options cannot be built.
  explicit ResNetImpl(const ArchSpec& spec, const ResNetOptions& options = {});

  void reset() override;

  // images: float [N, in_channels, H, W], normalised -> logits [N, num_classes], or features [N, C] without a
  // head. This and the other three throw Error{mismatch} for images or maps of another shape.
  torch::Tensor forward(const torch::Tensor& images);
  // -> last map [N, feature_channels, H', W'].
  torch::Tensor forward_features(const torch::Tensor& images);
  // -> the map after each stage, finest first.
  std::vector<torch::Tensor> forward_stages(const torch::Tensor& images);
  // map [N, feature_channels, H', W'] -> logits: global average pool, then the head.
  torch::Tensor forward_head(const torch::Tensor& features);

  const ArchSpec& spec() const { return spec_; }
  const ResNetOptions& options() const { return options_; }
  // A new head of that many classes, freshly initialised (0 = none), on the model's device and of its dtype.
  void reset_head(int64_t num_classes);
  // Stores the convolutions' weights as NHWC; the convolutions then compute in that format.
  void to_channels_last();

  Conv conv1{nullptr};          // null with a deep stem ...
  DeepStem deep_stem{nullptr};  // ... which is registered as "conv1" too
  torch::nn::BatchNorm2d bn1{nullptr};
  std::vector<Stage> stages;      // registered as layer1, layer2, ...
  torch::nn::Linear fc{nullptr};  // null without a head

 private:
  torch::Tensor forward_stem(const torch::Tensor& images);
  void register_head();

  ArchSpec spec_;
  ResNetOptions options_;
};
TORCH_MODULE(ResNet);

}  // namespace zoo
