#include "zoo/layouts/model_card.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "zoo/arch/arch.h"
#include "zoo/arch/arch_json.h"
#include "zoo/arch/registry.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"

namespace zoo {
namespace {

using Json = nlohmann::ordered_json;

// timm resizes the short edge to floor(crop / crop_pct), in double precision.
double crop_pct_for(int64_t crop_px, int64_t resize_px) {
  const auto crop = static_cast<double>(crop_px), resize = static_cast<double>(resize_px);
  double pct = crop / resize;
  if (std::floor(crop / pct) < resize) pct = std::nextafter(pct, 0.0);
  return pct;
}

std::string_view crop_mode(ResizeMode resize) {
  if (resize == ResizeMode::square) return "squash";
  return resize == ResizeMode::long_edge ? "border" : "center";
}

// The nearest that timm has where OpenCV did it.
std::string_view timm_interpolation(Interpolation interpolation) {
  return to_string(interpolation == Interpolation::area ? Interpolation::box : interpolation);
}

// timm divides by 255, whatever the weight does.
std::array<double, 3> of_255ths(std::array<double, 3> values, double rescale) {
  if (rescale != kUsualRescale) {
    for (double& value : values) value /= 255 * rescale;
  }
  return values;
}

Json to_timm(const ArchSpec& arch, const ModelConfig& config) {
  const Preprocess& preprocess = config.card.preprocess;
  const bool resizes = preprocess.resize != ResizeMode::none;
  const int64_t whole = resizes ? preprocess.resize_px : arch.input_px;
  const int64_t crop = preprocess.crop_px > 0 ? preprocess.crop_px : whole;
  return {{"input_size", {config.in_channels, crop, crop}},
          {"fixed_input_size", false},
          {"interpolation", timm_interpolation(preprocess.interpolation)},
          {"crop_pct", resizes ? crop_pct_for(crop, whole) : 1.0},
          {"crop_mode", crop_mode(preprocess.resize)},
          {"mean", of_255ths(preprocess.mean, preprocess.rescale)},
          {"std", of_255ths(preprocess.std, preprocess.rescale)},
          {"num_classes", config.num_classes},
          {"first_conv", arch.stem == Stem::deep ? "conv1.0" : "conv1"},
          {"classifier", "fc"}};
}

// What timm's create_model, and transformers through it, must be told to build the same model.
Json timm_arguments(const ModelConfig& config) {
  Json arguments = Json::object();
  if (config.in_channels != 3) arguments["in_chans"] = config.in_channels;
  if (config.global_pool != GlobalPool::avg) arguments["global_pool"] = to_string(config.global_pool);
  if (config.output_stride != 0) arguments["output_stride"] = config.output_stride;
  return arguments;
}

constexpr int64_t kLargestUnresized = 64;  // nets for pictures up to this side take all of such a one

}  // namespace

Preprocess default_preprocess(const ArchSpec& arch) {
  Preprocess preprocess;
  preprocess.crop_px = arch.input_px;
  preprocess.resize_px = arch.input_px > kLargestUnresized ? arch.input_px * 8 / 7 : arch.input_px;
  return preprocess;
}

const ArchSpec& arch_of(const ModelCard& card) {
  return card.spec != nullptr ? *card.spec : get_arch(card.arch);
}

std::string to_config_json(const ModelConfig& config) {
  const ModelCard& card = config.card;
  const ArchSpec& arch = arch_of(card);
  if (!card.labels.empty() && static_cast<int64_t>(card.labels.size()) != config.num_classes) {
    throw Error(ErrorCode::mismatch, "model card",
                std::to_string(card.labels.size()) + " labels for " + std::to_string(config.num_classes) +
                    " classes");
  }
  const auto not_text = std::ranges::find_if_not(card.labels, is_utf8);
  if (not_text != card.labels.end()) {
    throw Error(ErrorCode::unsupported, excerpt(*not_text), "a label that is not UTF-8, which JSON needs",
                "Rename the class folder.");
  }
  Json json{{"architecture", card.arch},
            {"num_classes", config.num_classes},
            {"num_features", arch.feature_channels()},
            {"global_pool", to_string(config.global_pool)}};
  if (!card.labels.empty()) json["label_names"] = card.labels;
  if (card.problem_type)
    json["problem_type"] = to_string(*card.problem_type);  // transformers' wrapper reads it
  if (const Json arguments = timm_arguments(config); !arguments.empty()) json["model_args"] = arguments;
  json["pretrained_cfg"] = to_timm(arch, config);
  json["zoo"] = {{"preprocess", Json::parse(to_json(card.preprocess))}};
  if (!is_row(arch)) json["zoo"]["arch"] = Json::parse(to_json(arch));
  return json.dump(2) + "\n";
}

}  // namespace zoo
