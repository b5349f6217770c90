// One ResNet for every spec. The registered name of each part is its state-dict key, as in torchvision and
// timm.
#pragma once

#include <torch/nn/modules/linear.h>

#include <memory>
#include <optional>
#include <vector>

#include "zoo/arch/arch.h"
#include "zoo/models/blocks.h"
#include "zoo/models/options.h"
#include "zoo/models/stem.h"

namespace zoo {

class ResNetImpl : public torch::nn::Cloneable<ResNetImpl> {
 public:
  // Builds and initialises, drawing from LibTorch's default generator. Throws Error{mismatch} that names the
  // field if the spec or the options cannot be built. Of the spec, what its spans and its name point to must
  // outlive the model.
  explicit ResNetImpl(const ArchSpec& spec, const ResNetOptions& options = {});

  void reset() override;
  // The clone learns where the model does.
  std::shared_ptr<torch::nn::Module> clone(
      const std::optional<torch::Device>& device = std::nullopt) const override;
  // In training mode, what options().frozen_stages and norm_eval name stays in eval mode.
  void train(bool on = true) override;

  // images: float [N, in_channels, H, W], normalised -> logits [N, num_classes], or features
  // [N, head_channels()] without a head. This and the other five throw Error{mismatch} for images or maps of
  // another shape, and for images that are too small for the architecture's pools. In training mode, dropout
  // and drop path draw from the default generator of the images' device.
  torch::Tensor forward(const torch::Tensor& images);
  // -> the map that the first stage reads, behind the stem's pool.
  torch::Tensor forward_stem(const torch::Tensor& images);
  // -> last map [N, feature_channels, H', W'].
  torch::Tensor forward_features(const torch::Tensor& images);
  // -> the map after each stage, finest first.
  std::vector<torch::Tensor> forward_stages(const torch::Tensor& images);
  // -> what the head reads: the pooled last map [N, head_channels()].
  torch::Tensor forward_pooled(const torch::Tensor& images);
  // map [N, feature_channels, H', W'] -> logits: global pool, dropout, then the head.
  torch::Tensor forward_head(const torch::Tensor& features);

  const ArchSpec& spec() const { return spec_; }
  const ResNetOptions& options() const { return options_; }
  // A new head of that many classes, freshly initialised (0 = none), on the model's device and of its dtype.
  void reset_head(int64_t num_classes);
  // Stores the convolutions' weights as NHWC; the convolutions then compute in that format.
  void to_channels_last();

  Conv conv1{nullptr};          // null with a deep stem ...
  DeepStem deep_stem{nullptr};  // ... which is registered as "conv1" too
  NormLayer bn1{nullptr};
  ConvPool maxpool{nullptr};      // StemPool::conv only, under the name that the layouts have for it
  std::vector<Stage> stages;      // registered as layer1, layer2, ...
  torch::nn::Linear fc{nullptr};  // null without a head

 private:
  void register_stem();
  void register_stages();
  void register_head();
  void hold_frozen();

  ArchSpec spec_;
  ResNetOptions options_;
};
TORCH_MODULE(ResNet);

}  // namespace zoo
