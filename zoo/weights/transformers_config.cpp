#include "zoo/weights/transformers_config.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "zoo/core/error.h"
#include "zoo/layouts/resnet_config.h"

namespace zoo {
namespace {

using nlohmann::json;

constexpr int64_t kMaxPixels = 1 << 16;
constexpr int64_t kWarpedFrom = 384;  // ConvNext: from this side on pictures are not cropped

[[noreturn]] void refuse(const std::string& where, const std::string& pointer, const std::string& what,
                         ErrorCode code = ErrorCode::corrupt) {
  throw Error(code, where + ":" + pointer, what);
}

json parse_object(std::string_view text, const std::string& where) {
  json document = json::parse(text, nullptr, false);
  if (!document.is_object()) throw Error(ErrorCode::corrupt, where, "is no JSON object");
  return document;
}

bool flag(const json& document, const std::string& key, bool otherwise) {
  const auto found = document.find(key);
  return found != document.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

int64_t pixels(const json& value, const std::string& where, const std::string& pointer) {
  if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > kMaxPixels) {
    refuse(where, pointer, "is " + value.dump() + ", expected a number of pixels");
  }
  return value.get<int64_t>();
}

void read_statistics(const json& document, const std::string& where, const std::string& key,
                     std::array<double, 3>& values) {
  const auto found = document.find(key);
  if (found == document.end()) return;
  const auto is_number = [](const json& value) {
    return value.is_number() && std::abs(value.get<double>()) < 1e6;
  };
  if (!found->is_array() || found->size() != 3 || !std::ranges::all_of(*found, is_number)) {
    refuse(where, "/" + key, "is " + found->dump() + ", expected 3 numbers");
  }
  for (size_t i = 0; i < values.size(); ++i) values[i] = (*found)[i].get<double>();
}

// Pillow's numbers for its filters.
Interpolation read_resample(const json& document, const std::string& where) {
  constexpr std::array kFilters{Interpolation::nearest, Interpolation::lanczos, Interpolation::bilinear,
                                Interpolation::bicubic, Interpolation::box,     Interpolation::hamming};
  const auto found = document.find("resample");
  if (found == document.end()) return Interpolation::bilinear;
  if (!found->is_number_integer() || *found < 0 || *found >= kFilters.size()) {
    refuse(where, "/resample", "is " + found->dump() + ", zoo has 0 to 5", ErrorCode::unsupported);
  }
  return kFilters[found->get<size_t>()];
}

// An integer, {"shortest_edge": 256} or {"height": 224, "width": 224}.
struct Size {
  int64_t px = 0;
  bool square = false;
};

Size read_size(const json& document, const std::string& where, const std::string& key) {
  const auto found = document.find(key);
  const std::string pointer = "/" + key;
  if (found == document.end()) refuse(where, pointer, "is missing");
  if (!found->is_object()) return {.px = pixels(*found, where, pointer), .square = false};
  if (found->contains("shortest_edge")) {
    return {.px = pixels((*found)["shortest_edge"], where, pointer + "/shortest_edge"), .square = false};
  }
  if (!found->contains("height") || !found->contains("width") || (*found)["height"] != (*found)["width"]) {
    refuse(where, pointer, "is " + found->dump() + ", zoo has a shortest_edge or a square",
           ErrorCode::unsupported);
  }
  return {.px = pixels((*found)["height"], where, pointer + "/height"), .square = true};
}

}  // namespace

bool is_transformers_config(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  return document.is_object() && document.contains("model_type") && !document.contains("architecture");
}

ArchSpec read_transformers_arch(std::string_view text, const std::string& where) {
  const hf::ResNetConfig config = hf::parse_resnet_config(text, where);
  try {
    return hf::to_arch(config);
  } catch (const Error& error) {
    throw Error(error.code(), where, error.what());
  }
}

std::vector<std::string> read_transformers_labels(std::string_view text, const std::string& where,
                                                  int64_t num_classes) {
  const hf::ResNetConfig config = hf::parse_resnet_config(text, where);
  if (num_classes > 0 && !config.id2label.empty() && config.num_labels != num_classes) {
    refuse(where, "/id2label",
           "has " + std::to_string(config.num_labels) + " names, the tensors have " +
               std::to_string(num_classes) + " classes");
  }
  return num_classes > 0 ? config.id2label : std::vector<std::string>();
}

Preprocess read_transformers_preprocess(std::string_view text, const std::string& where) {
  const json document = parse_object(text, where);
  Preprocess preprocess;
  read_statistics(document, where, "image_mean", preprocess.mean);
  read_statistics(document, where, "image_std", preprocess.std);
  preprocess.interpolation = read_resample(document, where);
  preprocess.resize = ResizeMode::none;
  preprocess.crop_px = 0;
  preprocess.crop_offset = CropOffset::floor;
  const bool resizes = flag(document, "do_resize", true);
  const auto crop_pct = document.find("crop_pct");
  if (resizes && crop_pct != document.end() && crop_pct->is_number()) {
    const int64_t side = read_size(document, where, "size").px;
    const auto edge = static_cast<double>(side) / crop_pct->get<double>();
    if (!(edge >= 1 && edge <= kMaxPixels)) refuse(where, "/crop_pct", "is out of range");
    preprocess.resize = side < kWarpedFrom ? ResizeMode::short_edge : ResizeMode::square;
    preprocess.resize_px = side < kWarpedFrom ? static_cast<int64_t>(edge) : side;
    preprocess.crop_px = side < kWarpedFrom ? side : 0;
    return preprocess;
  }
  if (resizes) {
    const Size size = read_size(document, where, "size");
    preprocess.resize = size.square ? ResizeMode::square : ResizeMode::short_edge;
    preprocess.resize_px = size.px;
  }
  if (flag(document, "do_center_crop", document.contains("crop_size"))) {
    preprocess.crop_px = read_size(document, where, "crop_size").px;
  }
  return preprocess;
}

}  // namespace zoo
