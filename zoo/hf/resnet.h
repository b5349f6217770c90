// transformers' ResNet classes over zoo's ResNet: the same configuration, inputs, outputs, losses and
// folders. Reference: transformers 5.23, models/resnet/modeling_resnet.py, loss/loss_utils.py.
#pragma once

#include <torch/nn/pimpl.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "zoo/layouts/resnet_config.h"
#include "zoo/manifest/preprocess.h"
#include "zoo/models/load.h"
#include "zoo/models/resnet.h"
#include "zoo/resolve/resolve.h"

namespace zoo::hf {

// Maps are float [N, channels, height, width].
struct ModelOutput {
  torch::Tensor last_hidden_state;           // the last stage's map
  torch::Tensor pooler_output;               // [N, channels, 1, 1], its mean
  std::vector<torch::Tensor> hidden_states;  // on request: the stem's map, behind its pool, and each stage's
};
struct ImageClassifierOutput {
  torch::Tensor loss;                        // 0-dim; undefined without labels
  torch::Tensor logits;                      // [N, num_labels]; [N, channels] where that is 0
  std::vector<torch::Tensor> hidden_states;  // on request
};
struct BackboneOutput {
  std::vector<torch::Tensor> feature_maps;   // of config().out_stages()
  std::vector<torch::Tensor> hidden_states;  // on request
};

struct PretrainedOptions {
  std::optional<int64_t> num_labels = {};      // another count than the weights': a fresh head, if ...
  bool ignore_mismatched_sizes = false;        // ... this allows it
  std::vector<std::string> out_features = {};  // in the place of the configuration's
  std::vector<int64_t> out_indices = {};
  ResolveOptions resolve = {};   // where weights are looked for, and how they are fetched
  LoadReport* report = nullptr;  // what was loaded goes there
};

// What the three classes share. A module's tensors are those of `resnet`, under zoo's names; files have
// transformers'.
class ResNetBase : public torch::nn::Module {
 public:
  const ResNetConfig& config() const { return config_; }
  // Of the pictures that the weights are for; the architecture's usual one where nobody says.
  const Preprocess& preprocess() const { return preprocess_; }
  // A folder that transformers opens: config.json, preprocessor_config.json and model.safetensors. Throws
  // Error{usage} if it is there and not empty, Error{io}, and what to_json throws.
  void save_pretrained(const std::filesystem::path& folder) const;

  ResNet resnet;

 protected:
  ResNetBase(const char* architecture, ResNetConfig config, ResNet net, const Preprocess& preprocess);
  // pixel_values: float [N, num_channels, H, W] -> the stem's map and each stage's. Throws Error{mismatch}.
  std::vector<torch::Tensor> all_maps(const torch::Tensor& pixel_values);
  // `maps` where they are asked for, by the call or by the configuration.
  std::vector<torch::Tensor> hidden_states(const std::vector<torch::Tensor>& maps,
                                           std::optional<bool> asked) const;
  // For clone(): a net of its own.
  void own_net(const std::optional<torch::Device>& device);

  ResNetConfig config_;

 private:
  const char* architecture_;
  Preprocess preprocess_;
};

class ResNetModelImpl : public ResNetBase {
 public:
  // Builds and initialises, drawing from LibTorch's default generator. Throws what to_arch throws.
  explicit ResNetModelImpl(const ResNetConfig& config = {});
  ResNetModelImpl(ResNetConfig config, ResNet net, const Preprocess& preprocess);
  std::shared_ptr<torch::nn::Module> clone(
      const std::optional<torch::Device>& device = std::nullopt) const override;

  ModelOutput forward(const torch::Tensor& pixel_values, std::optional<bool> output_hidden_states = {});
};

class ResNetForImageClassificationImpl : public ResNetBase {
 public:
  explicit ResNetForImageClassificationImpl(const ResNetConfig& config = {});
  ResNetForImageClassificationImpl(ResNetConfig config, ResNet net, const Preprocess& preprocess);
  std::shared_ptr<torch::nn::Module> clone(
      const std::optional<torch::Device>& device = std::nullopt) const override;

  // labels: undefined, or as config().problem_type wants them: regression float of the logits' shape ([N]
  // will do for one label), single_label_classification int64 [N] below num_labels,
  // multi_label_classification float [N, num_labels] of 0..1. Where the configuration has no problem_type,
  // the first labels decide, for good: one label is regression, integers are single_label_classification,
  // else multi_label_classification. Throws Error{mismatch} for other labels.
  ImageClassifierOutput forward(const torch::Tensor& pixel_values, const torch::Tensor& labels = {},
                                std::optional<bool> output_hidden_states = {});

 private:
  torch::Tensor loss(const torch::Tensor& logits, const torch::Tensor& labels);
};

class ResNetBackboneImpl : public ResNetBase {
 public:
  // Throws also what out_stages throws.
  explicit ResNetBackboneImpl(const ResNetConfig& config = {});
  ResNetBackboneImpl(ResNetConfig config, ResNet net, const Preprocess& preprocess);
  std::shared_ptr<torch::nn::Module> clone(
      const std::optional<torch::Device>& device = std::nullopt) const override;

  BackboneOutput forward(const torch::Tensor& pixel_values, std::optional<bool> output_hidden_states = {});
  std::vector<int64_t> channels() const;  // of the feature maps

 private:
  std::vector<int64_t> stages_;
};

// from_pretrained takes a folder of transformers', with any of its kinds of weight files, and whatever else
// --weights takes (a name of `zoo list`, "hf:microsoft/resnet-50", a file, a URL) if it is of an architecture
// that transformers' ResNet can be. The model is in eval mode, its tensors row-major as in transformers,
// whose bits it gives; `resnet->to_channels_last()` makes it faster. Throws what resolve_weights, load and
// config_of throw; Error{mismatch} for a configuration that its weights contradict.
class ResNetModel : public torch::nn::ModuleHolder<ResNetModelImpl> {
 public:
  using torch::nn::ModuleHolder<ResNetModelImpl>::ModuleHolder;
  static ResNetModel from_pretrained(const std::string& name_or_path, const PretrainedOptions& options = {});
};
class ResNetForImageClassification : public torch::nn::ModuleHolder<ResNetForImageClassificationImpl> {
 public:
  using torch::nn::ModuleHolder<ResNetForImageClassificationImpl>::ModuleHolder;
  static ResNetForImageClassification from_pretrained(const std::string& name_or_path,
                                                      const PretrainedOptions& options = {});
};
class ResNetBackbone : public torch::nn::ModuleHolder<ResNetBackboneImpl> {
 public:
  using torch::nn::ModuleHolder<ResNetBackboneImpl>::ModuleHolder;
  static ResNetBackbone from_pretrained(const std::string& name_or_path,
                                        const PretrainedOptions& options = {});
};

}  // namespace zoo::hf
