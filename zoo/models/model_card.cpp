#include "zoo/models/model_card.h"

#include <array>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

#include "zoo/core/arch.h"
#include "zoo/core/error.h"

namespace zoo {
namespace {

using Json = nlohmann::ordered_json;

// A float's shortest decimal, so that 0.485F is written as 0.485.
double shortest(float value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  double result = 0;
  std::from_chars(text, end, result);
  return result;
}

Json to_json(const std::array<float, 3>& values) {
  return {shortest(values[0]), shortest(values[1]), shortest(values[2])};
}

// timm resizes the short edge to floor(crop / crop_pct), in double precision.
double crop_pct_for(int64_t crop_px, int64_t resize_px) {
  const auto crop = static_cast<double>(crop_px), resize = static_cast<double>(resize_px);
  double pct = crop / resize;
  if (std::floor(crop / pct) < resize) pct = std::nextafter(pct, 0.0);
  return pct;
}

Json to_timm(const Preprocess& preprocess, const ArchSpec& arch, const ModelConfig& config) {
  const bool resizes = preprocess.resize != ResizeMode::none;
  const int64_t whole = resizes ? preprocess.resize_px : arch.input_px;
  const int64_t crop = preprocess.crop_px > 0 ? preprocess.crop_px : whole;
  return {{"input_size", {config.in_channels, crop, crop}},
          {"fixed_input_size", false},
          {"interpolation", to_string(preprocess.interpolation)},
          {"crop_pct", resizes ? crop_pct_for(crop, whole) : 1.0},
          {"crop_mode", preprocess.resize == ResizeMode::square ? "squash" : "center"},
          {"mean", to_json(preprocess.mean)},
          {"std", to_json(preprocess.std)},
          {"num_classes", config.num_classes},
          {"first_conv", arch.stem == Stem::deep ? "conv1.0" : "conv1"},
          {"classifier", "fc"}};
}

Json to_json(const Preprocess& preprocess) {
  return {{"resize", to_string(preprocess.resize)},
          {"resize_px", preprocess.resize_px},
          {"crop_px", preprocess.crop_px},
          {"interpolation", to_string(preprocess.interpolation)},
          {"backend", to_string(preprocess.backend)},
          {"exif", preprocess.exif},
          {"bgr", preprocess.bgr},
          {"pad_to_crop", preprocess.pad_to_crop},
          {"mean", to_json(preprocess.mean)},
          {"std", to_json(preprocess.std)}};
}

}  // namespace

std::string to_config_json(const ModelConfig& config) {
  const ModelCard& card = config.card;
  const ArchSpec& arch = get_arch(card.arch);
  if (!card.labels.empty() && static_cast<int64_t>(card.labels.size()) != config.num_classes) {
    throw Error(ErrorCode::mismatch, "model card",
                std::to_string(card.labels.size()) + " labels for " + std::to_string(config.num_classes) +
                    " classes");
  }
  Json json{{"architecture", card.arch},
            {"num_classes", config.num_classes},
            {"num_features", arch.feature_channels()},
            {"global_pool", "avg"}};
  if (!card.labels.empty()) json["label_names"] = card.labels;
  if (config.in_channels != 3) json["model_args"] = {{"in_chans", config.in_channels}};
  json["pretrained_cfg"] = to_timm(card.preprocess, arch, config);
  json["zoo"] = {{"preprocess", to_json(card.preprocess)}};
  try {
    return json.dump(2) + "\n";
  } catch (const Json::type_error&) {
    throw Error(ErrorCode::unsupported, "model card", "a label is not UTF-8 text, which JSON cannot hold",
                "Rename the class folder.");
  }
}

}  // namespace zoo
