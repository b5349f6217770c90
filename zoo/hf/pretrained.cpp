// from_pretrained: whatever --weights takes, as one of transformers' classes.
#include <utility>

#include "zoo/base/error.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/hf/resnet.h"
#include "zoo/layouts/layouts.h"
#include "zoo/resolve/model_folder.h"
#include "zoo/resolve/transformers_config.h"

namespace zoo::hf {
namespace {

struct Pretrained {
  ResNetConfig config;
  ResNet net{nullptr};
  Preprocess preprocess;
};

// What the folder's config.json says, or else the weights.
ResNetConfig find_config(const ResolvedWeights& weights, const PretrainedOptions& options) {
  const std::string lack = cannot_say(Layout::huggingface, weights.global_pool, weights.output_stride);
  if (!lack.empty()) {
    throw Error(ErrorCode::unsupported, weights.name, "transformers' ResNet " + lack,
                "build_model() builds what these weights are for.");
  }
  const auto folder = find_model_folder(weights.file, options.resolve.arch.has_value());
  ResNetConfig config = folder && !folder->timm
                            ? parse_resnet_config(folder->config_text, folder->config_path().string())
                            : config_of(weights.arch, weights.num_classes, weights.in_channels);
  if (config.num_channels != weights.in_channels) {
    throw Error(ErrorCode::mismatch, weights.name,
                "config.json has num_channels " + std::to_string(config.num_channels) +
                    ", the weights are for " + std::to_string(weights.in_channels));
  }
  if (weights.num_classes > 0 && config.num_labels != weights.num_classes) {
    throw Error(ErrorCode::mismatch, weights.name,
                "config.json has num_labels " + std::to_string(config.num_labels) + ", the weights have " +
                    std::to_string(weights.num_classes) + " classes");
  }
  config.id2label = weights.labels;
  return config;
}

Pretrained load_pretrained(const std::string& name_or_path, const PretrainedOptions& options) {
  ResolvedWeights weights = resolve_weights(name_or_path, Manifest::load_default(), options.resolve);
  Pretrained result{.config = find_config(weights, options), .net{nullptr}, .preprocess = weights.preprocess};
  ResNetConfig& config = result.config;
  if (options.num_labels && *options.num_labels != config.num_labels) {
    config.num_labels = *options.num_labels;
    config.id2label.clear();
  }
  if (!options.out_features.empty() || !options.out_indices.empty()) {
    config.out_features = options.out_features;
    config.out_indices = options.out_indices;
  }
  result.net = ResNet(weights.arch, ResNetOptions{.num_classes = config.num_labels,
                                                  .in_channels = config.num_channels,
                                                  .initialise = false});
  const bool fresh_head = options.ignore_mismatched_sizes || weights.num_classes == 0;
  LoadReport report =
      load(result.net, Checkpoint::open(weights.file),
           {.head = fresh_head ? HeadPolicy::replace : HeadPolicy::strict, .renamings = weights.renamings});
  if (options.report != nullptr) *options.report = std::move(report);
  return result;
}

template <class Model>
Model make(const std::string& name_or_path, const PretrainedOptions& options) {
  Pretrained pretrained = load_pretrained(name_or_path, options);
  Model model(std::move(pretrained.config), std::move(pretrained.net), pretrained.preprocess);
  model->eval();
  return model;
}

}  // namespace

ResNetModel ResNetModel::from_pretrained(const std::string& name_or_path, const PretrainedOptions& options) {
  return make<ResNetModel>(name_or_path, options);
}

ResNetForImageClassification ResNetForImageClassification::from_pretrained(const std::string& name_or_path,
                                                                           const PretrainedOptions& options) {
  return make<ResNetForImageClassification>(name_or_path, options);
}

ResNetBackbone ResNetBackbone::from_pretrained(const std::string& name_or_path,
                                               const PretrainedOptions& options) {
  return make<ResNetBackbone>(name_or_path, options);
}

}  // namespace zoo::hf
