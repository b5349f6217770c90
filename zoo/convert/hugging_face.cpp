#include "zoo/convert/hugging_face.h"

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/layouts/layouts.h"
#include "zoo/layouts/resnet_config.h"

namespace zoo {
namespace {

using Json = nlohmann::ordered_json;

// Pillow's numbers for its filters.
int resample(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::nearest:
      return 0;
    case Interpolation::lanczos:
      return 1;
    case Interpolation::bilinear:
      return 2;
    case Interpolation::bicubic:
      return 3;
    case Interpolation::box:
    case Interpolation::area:  // OpenCV's name for it, nearly
      return 4;
    case Interpolation::hamming:
      return 5;
  }
  return 2;
}

}  // namespace

std::string to_hugging_face_config(const ArchSpec& arch, const ModelConfig& config) {
  const std::string lack = cannot_say(Layout::huggingface, config.global_pool, config.output_stride);
  if (!lack.empty()) {
    throw Error(ErrorCode::unsupported, std::string(arch.name), "transformers' ResNet " + lack,
                "timm's layout can hold it: transformers opens that through timm.");
  }
  hf::ResNetConfig own = hf::config_of(arch, config.num_classes, config.in_channels);
  own.id2label = config.card.labels;
  own.problem_type = config.card.problem_type;
  return hf::to_json(own, config.num_classes > 0 ? "ResNetForImageClassification" : "ResNetModel");
}

std::string to_hugging_face_preprocessor(const Preprocess& preprocess) {
  if (preprocess.resize == ResizeMode::long_edge || preprocess.resize == ResizeMode::crop_first) {
    throw Error(ErrorCode::unsupported, "preprocessor_config.json",
                "transformers has no resize '" + std::string(to_string(preprocess.resize)) + "'",
                "Write timm's format, or give '--resize' another value.");
  }
  const Json own = Json::parse(to_json(preprocess));
  Json json{{"image_processor_type", "BitImageProcessor"},
            {"do_resize", preprocess.resize != ResizeMode::none},
            {"resample", resample(preprocess.interpolation)},
            {"do_center_crop", preprocess.crop_px > 0},
            {"do_rescale", true},
            {"rescale_factor", preprocess.rescale},
            {"do_normalize", true},
            {"image_mean", own.at("mean")},
            {"image_std", own.at("std")}};
  const int64_t side = preprocess.resize_px, crop = preprocess.crop_px;
  if (preprocess.resize == ResizeMode::short_edge) json["size"] = {{"shortest_edge", side}};
  if (preprocess.resize == ResizeMode::square) json["size"] = {{"height", side}, {"width", side}};
  if (crop > 0) json["crop_size"] = {{"height", crop}, {"width", crop}};
  return json.dump(2) + "\n";
}

}  // namespace zoo
