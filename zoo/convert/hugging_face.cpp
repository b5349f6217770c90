#include "zoo/convert/hugging_face.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "zoo/core/error.h"
#include "zoo/layouts/layouts.h"

namespace zoo {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kRescale = 1.0 / 255;

struct NamedActivation {
  std::string_view name;
  Activation activation;
};
// The first name of an activation is the one that is written. Source: transformers 5.23, activations.py.
constexpr std::array kActivations{NamedActivation{"relu", Activation::relu},
                                  NamedActivation{"relu6", Activation::relu6},
                                  NamedActivation{"leaky_relu", Activation::leaky_relu},
                                  NamedActivation{"gelu", Activation::gelu},
                                  NamedActivation{"gelu_python", Activation::gelu},
                                  NamedActivation{"gelu_pytorch_tanh", Activation::gelu_tanh},
                                  NamedActivation{"gelu_python_tanh", Activation::gelu_tanh},
                                  NamedActivation{"gelu_new", Activation::gelu_tanh},
                                  NamedActivation{"gelu_fast", Activation::gelu_tanh},
                                  NamedActivation{"gelu_accurate", Activation::gelu_tanh},
                                  NamedActivation{"quick_gelu", Activation::quick_gelu},
                                  NamedActivation{"silu", Activation::silu},
                                  NamedActivation{"swish", Activation::silu},
                                  NamedActivation{"mish", Activation::mish},
                                  NamedActivation{"tanh", Activation::tanh},
                                  NamedActivation{"sigmoid", Activation::sigmoid},
                                  NamedActivation{"linear", Activation::linear}};

std::string_view hidden_act(Activation activation) {
  return std::ranges::find(kActivations, activation, &NamedActivation::activation)->name;
}

std::string finish(const Json& json, const std::string& file) {
  try {
    return json.dump(2) + "\n";
  } catch (const Json::type_error&) {
    throw Error(ErrorCode::unsupported, file, "a label is not UTF-8 text, which JSON cannot hold");
  }
}

// Pillow's numbers for its filters.
int resample(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::nearest:
      return 0;
    case Interpolation::bilinear:
      return 2;
    case Interpolation::bicubic:
      return 3;
  }
  return 2;
}

Json stages(const ArchSpec& arch, auto value) {
  Json values = Json::array();
  for (int stage = 0; stage < arch.num_stages; ++stage) values.push_back(value(stage));
  return values;
}

}  // namespace

std::optional<Activation> parse_hidden_act(std::string_view name) {
  const auto found = std::ranges::find(kActivations, name, &NamedActivation::name);
  if (found == kActivations.end()) return std::nullopt;
  return found->activation;
}

std::string to_hugging_face_config(const ArchSpec& arch, const ModelConfig& config) {
  if (const std::string lack = cannot_say(Layout::huggingface, arch); !lack.empty()) {
    throw Error(ErrorCode::unsupported, std::string(arch.name), "transformers' ResNet " + lack,
                "timm's layout can hold it: transformers opens that through timm.");
  }
  const auto& labels = config.card.labels;
  if (!labels.empty() && static_cast<int64_t>(labels.size()) != config.num_classes) {
    throw Error(
        ErrorCode::mismatch, "config.json",
        std::to_string(labels.size()) + " labels for " + std::to_string(config.num_classes) + " classes");
  }
  Json by_id = Json::object(), by_label = Json::object();
  for (int64_t i = 0; i < config.num_classes; ++i) {
    const std::string label = labels.empty() ? "LABEL_" + std::to_string(i) : labels[static_cast<size_t>(i)];
    by_id[std::to_string(i)] = label;
    by_label[label] = i;
  }
  Json names = stages(arch, [](int stage) { return "stage" + std::to_string(stage + 1); });
  names.insert(names.begin(), "stem");
  const Json json{
      {"architectures", {config.num_classes > 0 ? "ResNetForImageClassification" : "ResNetModel"}},
      {"depths", stages(arch, [&](int stage) { return arch.depths[static_cast<size_t>(stage)]; })},
      {"downsample_in_bottleneck", arch.stride_place == StridePlace::conv1},
      {"downsample_in_first_stage", arch.first_stride != 1},
      {"embedding_size", arch.stem_channels()},
      {"hidden_act", hidden_act(arch.activation)},
      {"hidden_sizes", stages(arch, [&](int stage) { return arch.stage_channels(stage); })},
      {"id2label", by_id},
      {"label2id", by_label},
      {"layer_type", to_string(arch.block)},
      {"model_type", "resnet"},
      {"num_channels", config.in_channels},
      {"out_features", {names.back()}},
      {"out_indices", {arch.num_stages}},
      {"stage_names", names}};
  return finish(json, "config.json");
}

std::string to_hugging_face_preprocessor(const Preprocess& preprocess) {
  const Json own = Json::parse(to_json(preprocess));
  Json json{{"image_processor_type", "BitImageProcessor"},
            {"do_resize", preprocess.resize != ResizeMode::none},
            {"resample", resample(preprocess.interpolation)},
            {"do_center_crop", preprocess.crop_px > 0},
            {"do_rescale", true},
            {"rescale_factor", kRescale},
            {"do_normalize", true},
            {"image_mean", own.at("mean")},
            {"image_std", own.at("std")}};
  const int64_t side = preprocess.resize_px, crop = preprocess.crop_px;
  if (preprocess.resize == ResizeMode::short_edge) json["size"] = {{"shortest_edge", side}};
  if (preprocess.resize == ResizeMode::square) json["size"] = {{"height", side}, {"width", side}};
  if (crop > 0) json["crop_size"] = {{"height", crop}, {"width", crop}};
  return finish(json, "preprocessor_config.json");
}

}  // namespace zoo
