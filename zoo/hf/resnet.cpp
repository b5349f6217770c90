#include "zoo/hf/resnet.h"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/mse_loss.h>

#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/convert/hugging_face.h"
#include "zoo/convert/model_directory.h"
#include "zoo/layouts/layouts.h"
#include "zoo/layouts/model_card.h"

namespace zoo::hf {
namespace {

ResNet build(const ResNetConfig& config, bool has_head) {
  return ResNet(to_arch(config), ResNetOptions{.num_classes = has_head ? config.num_labels : 0,
                                               .in_channels = config.num_channels});
}

Preprocess usual_preprocess(const ResNetConfig& config) {
  return default_preprocess(to_arch(config));
}

[[noreturn]] void refuse_labels(const torch::Tensor& labels, const torch::Tensor& logits, ProblemType type) {
  throw Error(ErrorCode::mismatch, "labels",
              std::string(labels.is_floating_point() ? "floats " : "integers ") +
                  shape_text(labels.sizes().vec()) + " do not fit the logits " +
                  shape_text(logits.sizes().vec()) + " for " + std::string(to_string(type)));
}

ProblemType deduce(const torch::Tensor& labels, int64_t num_labels) {
  if (num_labels == 1) return ProblemType::regression;
  const bool integers = labels.scalar_type() == torch::kInt64 || labels.scalar_type() == torch::kInt32;
  return integers && num_labels > 1 ? ProblemType::single_label_classification
                                    : ProblemType::multi_label_classification;
}

bool fits(const torch::Tensor& labels, const torch::Tensor& logits, ProblemType type) {
  switch (type) {
    case ProblemType::regression:
      return labels.is_floating_point() &&
             (labels.sizes() == logits.sizes() || (logits.size(1) == 1 && labels.numel() == logits.size(0)));
    case ProblemType::single_label_classification:
      return labels.scalar_type() == torch::kInt64 && labels.numel() == logits.size(0) &&
             labels.numel() > 0 && labels.min().item<int64_t>() >= 0 &&
             labels.max().item<int64_t>() < logits.size(1);
    case ProblemType::multi_label_classification:
      return labels.is_floating_point() && labels.sizes() == logits.sizes();
  }
  return false;
}

// The names that transformers gives a model's tensors.
std::vector<NamedTensor> foreign_tensors(const ResNet& net) {
  std::vector<NamedTensor> tensors = to_named_tensors(net);
  for (NamedTensor& tensor : tensors)
    tensor.name = from_canonical(Layout::huggingface, tensor.name, &net->spec());
  return tensors;
}

}  // namespace

ResNetBase::ResNetBase(const char* architecture, ResNetConfig config, ResNet net,
                       const Preprocess& preprocess)
    : resnet(register_module("resnet", std::move(net))),
      config_(std::move(config)),
      architecture_(architecture),
      preprocess_(preprocess) {}

std::vector<torch::Tensor> ResNetBase::all_maps(const torch::Tensor& pixel_values) {
  std::vector<torch::Tensor> maps{resnet->forward_stem(pixel_values)};
  for (Stage& stage : resnet->stages) maps.push_back(stage->forward(maps.back()));
  return maps;
}

std::vector<torch::Tensor> ResNetBase::hidden_states(const std::vector<torch::Tensor>& maps,
                                                     std::optional<bool> asked) const {
  return asked.value_or(config_.output_hidden_states) ? maps : std::vector<torch::Tensor>();
}

void ResNetBase::own_net(const std::optional<torch::Device>& device) {
  resnet = replace_module("resnet", ResNet(std::dynamic_pointer_cast<ResNetImpl>(resnet->clone(device))));
}

void ResNetBase::save_pretrained(const std::filesystem::path& folder) const {
  write_model_directory(folder, WeightsFile::safetensors, foreign_tensors(resnet),
                        {{"config.json", to_json(config_, architecture_)},
                         {"preprocessor_config.json", to_hugging_face_preprocessor(preprocess_)}});
}

ResNetModelImpl::ResNetModelImpl(const ResNetConfig& config)
    : ResNetModelImpl(config, build(config, false), usual_preprocess(config)) {}

ResNetModelImpl::ResNetModelImpl(ResNetConfig config, ResNet net, const Preprocess& preprocess)
    : ResNetBase("ResNetModel", std::move(config), std::move(net), preprocess) {
  resnet->reset_head(0);
}

std::shared_ptr<torch::nn::Module> ResNetModelImpl::clone(const std::optional<torch::Device>& device) const {
  auto copy = std::make_shared<ResNetModelImpl>(*this);
  copy->own_net(device);
  return copy;
}

ModelOutput ResNetModelImpl::forward(const torch::Tensor& pixel_values,
                                     std::optional<bool> output_hidden_states) {
  const std::vector<torch::Tensor> maps = all_maps(pixel_values);
  return {.last_hidden_state = maps.back(),
          .pooler_output = at::adaptive_avg_pool2d(maps.back(), {1, 1}),
          .hidden_states = hidden_states(maps, output_hidden_states)};
}

ResNetForImageClassificationImpl::ResNetForImageClassificationImpl(const ResNetConfig& config)
    : ResNetForImageClassificationImpl(config, build(config, true), usual_preprocess(config)) {}

ResNetForImageClassificationImpl::ResNetForImageClassificationImpl(ResNetConfig config, ResNet net,
                                                                   const Preprocess& preprocess)
    : ResNetBase("ResNetForImageClassification", std::move(config), std::move(net), preprocess) {}

std::shared_ptr<torch::nn::Module> ResNetForImageClassificationImpl::clone(
    const std::optional<torch::Device>& device) const {
  auto copy = std::make_shared<ResNetForImageClassificationImpl>(*this);
  copy->own_net(device);
  return copy;
}

torch::Tensor ResNetForImageClassificationImpl::loss(const torch::Tensor& logits,
                                                     const torch::Tensor& labels) {
  const ProblemType type = config_.problem_type.value_or(deduce(labels, config_.num_labels));
  const torch::Tensor there = labels.scalar_type() == torch::kInt32
                                  ? labels.to(logits.device(), torch::kInt64)
                                  : labels.to(logits.device());
  if (!fits(there, logits, type)) refuse_labels(labels, logits, type);
  config_.problem_type = type;
  switch (type) {
    case ProblemType::regression:
      return config_.num_labels == 1 ? at::mse_loss(logits.squeeze(), there.squeeze())
                                     : at::mse_loss(logits, there);
    case ProblemType::single_label_classification:
      return at::cross_entropy_loss(logits.view({-1, config_.num_labels}), there.view(-1));
    case ProblemType::multi_label_classification:
      return at::binary_cross_entropy_with_logits(logits, there);
  }
  return {};
}

ImageClassifierOutput ResNetForImageClassificationImpl::forward(const torch::Tensor& pixel_values,
                                                                const torch::Tensor& labels,
                                                                std::optional<bool> output_hidden_states) {
  const std::vector<torch::Tensor> maps = all_maps(pixel_values);
  ImageClassifierOutput output{.loss = {},
                               .logits = resnet->forward_head(maps.back()),
                               .hidden_states = hidden_states(maps, output_hidden_states)};
  if (labels.defined()) output.loss = loss(output.logits, labels);
  return output;
}

ResNetBackboneImpl::ResNetBackboneImpl(const ResNetConfig& config)
    : ResNetBackboneImpl(config, build(config, false), usual_preprocess(config)) {}

ResNetBackboneImpl::ResNetBackboneImpl(ResNetConfig config, ResNet net, const Preprocess& preprocess)
    : ResNetBase("ResNetBackbone", std::move(config), std::move(net), preprocess),
      stages_(config_.out_stages()) {
  resnet->reset_head(0);
}

std::shared_ptr<torch::nn::Module> ResNetBackboneImpl::clone(
    const std::optional<torch::Device>& device) const {
  auto copy = std::make_shared<ResNetBackboneImpl>(*this);
  copy->own_net(device);
  return copy;
}

BackboneOutput ResNetBackboneImpl::forward(const torch::Tensor& pixel_values,
                                           std::optional<bool> output_hidden_states) {
  const std::vector<torch::Tensor> maps = all_maps(pixel_values);
  BackboneOutput output{.feature_maps = {}, .hidden_states = hidden_states(maps, output_hidden_states)};
  for (const int64_t stage : stages_) output.feature_maps.push_back(maps[static_cast<size_t>(stage)]);
  return output;
}

std::vector<int64_t> ResNetBackboneImpl::channels() const {
  std::vector<int64_t> channels;
  for (const int64_t stage : stages_)
    channels.push_back(stage == 0 ? config_.embedding_size
                                  : config_.hidden_sizes[static_cast<size_t>(stage - 1)]);
  return channels;
}

}  // namespace zoo::hf
