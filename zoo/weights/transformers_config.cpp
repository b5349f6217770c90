#include "zoo/weights/transformers_config.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "zoo/convert/hugging_face.h"
#include "zoo/core/error.h"
#include "zoo/layouts/layouts.h"

namespace zoo {
namespace {

using nlohmann::json;

constexpr int64_t kMaxPixels = 1 << 16;
constexpr int64_t kMaxSize = 1 << 20;  // of a map's channels or a stage's blocks
constexpr int64_t kWarpedFrom = 384;   // ConvNext: from this side on pictures are not cropped

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

// As transformers has it, a field of another type is an error.
bool strict_flag(const json& document, const std::string& where, const std::string& key) {
  const auto found = document.find(key);
  if (found == document.end()) return false;
  if (!found->is_boolean()) refuse(where, "/" + key, "is " + found->dump() + ", expected true or false");
  return found->get<bool>();
}

std::string text_field(const json& document, const std::string& where, const std::string& key,
                       const std::string& otherwise) {
  const auto found = document.find(key);
  if (found == document.end()) return otherwise;
  if (!found->is_string()) refuse(where, "/" + key, "is " + found->dump() + ", expected a string");
  return found->get<std::string>();
}

int64_t size_field(const json& value, const std::string& where, const std::string& pointer) {
  const bool whole = value.is_number_integer();
  if (!whole || value.get<double>() < 1 || value.get<double>() > static_cast<double>(kMaxSize))
    refuse(where, pointer, "is " + value.dump() + ", expected a whole number from 1 to 1048576");
  return value.get<int64_t>();
}

std::vector<int64_t> sizes_field(const json& document, const std::string& where, const std::string& key,
                                 std::vector<int64_t> otherwise) {
  const auto found = document.find(key);
  if (found == document.end() || found->is_null()) return otherwise;
  const std::string pointer = "/" + key;
  if (!found->is_array() || found->empty() || found->size() > kMaxStages) {
    refuse(where, pointer, "is no array of 1 to " + std::to_string(kMaxStages) + " numbers");
  }
  std::vector<int64_t> sizes;
  sizes.reserve(found->size());
  for (size_t i = 0; i < found->size(); ++i)
    sizes.push_back(size_field((*found)[i], where, pointer + "/" + std::to_string(i)));
  return sizes;
}

// hidden_sizes and depths.
void read_stages(const json& document, const std::string& where, ArchSpec& spec) {
  const auto channels = sizes_field(document, where, "hidden_sizes", {256, 512, 1024, 2048});
  const auto depths = sizes_field(document, where, "depths", {3, 4, 6, 3});
  if (channels.size() != depths.size()) {
    refuse(where, "/hidden_sizes",
           "has " + std::to_string(channels.size()) + " entries, /depths " + std::to_string(depths.size()));
  }
  spec.num_stages = static_cast<int>(depths.size());
  std::ranges::copy(depths, spec.depths.begin());
  std::ranges::copy(channels, spec.channels.begin());
}

void read_layers(const json& document, const std::string& where, ArchSpec& spec) {
  const std::string layer = text_field(document, where, "layer_type", "bottleneck");
  if (layer != "basic" && layer != "bottleneck")
    refuse(where, "/layer_type", "is '" + layer + "', expected 'basic' or 'bottleneck'");
  spec.block = layer == "basic" ? Block::basic : Block::bottleneck;
  const std::string name = text_field(document, where, "hidden_act", "relu");
  const std::optional<Activation> activation = parse_hidden_act(name);
  if (!activation) {
    refuse(where, "/hidden_act", "is '" + name + "', an activation that zoo does not have",
           ErrorCode::unsupported);
  }
  spec.activation = *activation;
}

// The row of the table of that net.
const ArchSpec* named(const ArchSpec& spec) {
  const auto is_same = [&](const ArchSpec& row) {
    return cannot_say(Layout::huggingface, row).empty() && row.block == spec.block &&
           row.num_stages == spec.num_stages && row.depths == spec.depths && row.channels == spec.channels &&
           row.stem_widths == spec.stem_widths && row.first_stride == spec.first_stride &&
           row.activation == spec.activation &&
           (row.block == Block::basic || row.stride_place == spec.stride_place);
  };
  const auto found = std::ranges::find_if(arch_table(), is_same);
  return found == arch_table().end() ? nullptr : &*found;
}

int64_t pixels(const json& value, const std::string& where, const std::string& pointer) {
  if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > kMaxPixels) {
    refuse(where, pointer, "is " + value.dump() + ", expected a number of pixels");
  }
  return value.get<int64_t>();
}

void read_statistics(const json& document, const std::string& where, const std::string& key,
                     std::array<float, 3>& values) {
  const auto found = document.find(key);
  if (found == document.end()) return;
  const auto is_number = [](const json& value) {
    return value.is_number() && std::abs(value.get<double>()) < 1e6;
  };
  if (!found->is_array() || found->size() != 3 || !std::ranges::all_of(*found, is_number)) {
    refuse(where, "/" + key, "is " + found->dump() + ", expected 3 numbers");
  }
  for (size_t i = 0; i < values.size(); ++i) values[i] = (*found)[i].get<float>();
}

Interpolation read_resample(const json& document, const std::string& where) {
  const auto found = document.find("resample");
  if (found == document.end() || *found == 2) return Interpolation::bilinear;
  if (*found == 0) return Interpolation::nearest;
  if (*found == 3) return Interpolation::bicubic;
  refuse(where, "/resample", "is " + found->dump() + ", zoo has 0, 2 and 3", ErrorCode::unsupported);
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
  const json document = parse_object(text, where);
  const std::string type = text_field(document, where, "model_type", "resnet");
  if (type != "resnet")
    refuse(where, "/model_type", "is '" + type + "', zoo has 'resnet'", ErrorCode::unsupported);
  ArchSpec spec{.name = kInferredArch};
  read_stages(document, where, spec);
  read_layers(document, where, spec);
  if (const auto width = document.find("embedding_size"); width != document.end())
    spec.stem_widths[0] = size_field(*width, where, "/embedding_size");
  if (strict_flag(document, where, "downsample_in_first_stage")) spec.first_stride = 2;
  if (strict_flag(document, where, "downsample_in_bottleneck")) spec.stride_place = StridePlace::conv1;
  if (const ArchSpec* row = named(spec)) return *row;
  try {
    validate(spec);
  } catch (const Error& error) {
    throw Error(ErrorCode::mismatch, where, error.what());
  }
  return spec;
}

std::vector<std::string> read_transformers_labels(std::string_view text, const std::string& where,
                                                  int64_t num_classes) {
  const json document = parse_object(text, where);
  const auto names = document.find("id2label");
  if (names == document.end() || names->is_null() || num_classes == 0) return {};
  if (!names->is_object() || static_cast<int64_t>(names->size()) != num_classes) {
    refuse(where, "/id2label", "is not an object with " + std::to_string(num_classes) + " names");
  }
  std::vector<std::string> labels;
  bool is_named = false;
  for (int64_t i = 0; i < num_classes; ++i) {
    const std::string index = std::to_string(i);
    const auto name = names->find(index);
    if (name == names->end() || !name->is_string()) refuse(where, "/id2label/" + index, "is no name");
    labels.push_back(name->get<std::string>());
    is_named = is_named || labels.back() != "LABEL_" + index;
  }
  if (!is_named) labels.clear();
  return labels;
}

Preprocess read_transformers_preprocess(std::string_view text, const std::string& where) {
  const json document = parse_object(text, where);
  Preprocess preprocess;
  read_statistics(document, where, "image_mean", preprocess.mean);
  read_statistics(document, where, "image_std", preprocess.std);
  preprocess.interpolation = read_resample(document, where);
  preprocess.resize = ResizeMode::none;
  preprocess.crop_px = 0;
  const auto crop_pct = document.find("crop_pct");
  if (crop_pct != document.end() && crop_pct->is_number()) {
    const int64_t side = read_size(document, where, "size").px;
    const auto edge = static_cast<double>(side) / crop_pct->get<double>();
    if (!(edge >= 1 && edge <= kMaxPixels)) refuse(where, "/crop_pct", "is out of range");
    preprocess.resize = side < kWarpedFrom ? ResizeMode::short_edge : ResizeMode::square;
    preprocess.resize_px = side < kWarpedFrom ? static_cast<int64_t>(edge) : side;
    preprocess.crop_px = side < kWarpedFrom ? side : 0;
    return preprocess;
  }
  if (flag(document, "do_resize", true)) {
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
