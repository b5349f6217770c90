#include "zoo/manifest/preprocess_json.h"

#include <string>
#include <vector>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr int64_t kLargestPx = 16384;
constexpr int64_t kLargestPxOfPrograms = 1 << 16;
constexpr double kLargestStatisticOfPrograms = 1e6;

template <typename Parse>
auto parse_name(const JsonNode& node, Parse parse) {
  try {
    return parse(node.text());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;
    node.refuse(error.what());
  }
}

std::vector<JsonNode> three(const JsonNode& node) {
  std::vector<JsonNode> items = node.items();
  if (items.size() != 3) node.refuse(std::to_string(items.size()) + " numbers, expected 3");
  return items;
}

std::array<double, 3> parse_statistic(const JsonNode& node, double above, double at_most) {
  std::array<double, 3> values{};
  const std::vector<JsonNode> items = three(node);
  for (size_t i = 0; i < values.size(); ++i) values[i] = items[i].number(above, at_most);
  return values;
}

std::array<uint8_t, 3> parse_colour(const JsonNode& node) {
  std::array<uint8_t, 3> values{};
  const std::vector<JsonNode> items = three(node);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<uint8_t>(items[i].integer(0, 255));
  return values;
}

int parse_value_range(const JsonNode& node) {
  const int64_t range = node.integer(1, 255);
  if (range != 1 && range != 255) node.refuse("is " + std::to_string(range) + ", expected 1 or 255");
  return static_cast<int>(range);
}

void parse_sizes(const JsonNode& node, PreprocessForm form, Preprocess& preprocess) {
  const bool record = form == PreprocessForm::record, resizes = preprocess.resize != ResizeMode::none;
  if (record && node.has("resize_px") != resizes) {
    node.refuse("resize_px belongs to every resize but 'none'");
  }
  const int64_t largest = record ? kLargestPx : kLargestPxOfPrograms;
  preprocess.resize_px = record && !resizes ? 0 : node["resize_px"].integer(resizes ? 1 : 0, largest);
  preprocess.crop_px = node["crop_px"].integer(0, largest);
  if (preprocess.resize == ResizeMode::crop_first &&
      (preprocess.crop_px == 0 || preprocess.crop_px > preprocess.resize_px)) {
    node["crop_px"].refuse("is " + std::to_string(preprocess.crop_px) +
                           ", but 'crop_first' wants 1 to resize_px");
  }
}

void parse_sampling(const JsonNode& node, Preprocess& preprocess) {
  preprocess.interpolation = parse_name(node["interpolation"], parse_interpolation);
  preprocess.backend = parse_name(node["backend"], parse_backend);
  if (!has_interpolation(preprocess.backend, preprocess.interpolation)) {
    node["interpolation"].refuse("the backend '" + std::string(to_string(preprocess.backend)) + "' has no '" +
                                 std::string(to_string(preprocess.interpolation)) + "'");
  }
}

}  // namespace

Preprocess parse_preprocess(const JsonNode& node, PreprocessForm form) {
  node.check_members(
      {"resize", "crop_px", "interpolation", "backend", "exif", "bgr", "pad_to_crop", "mean", "std"},
      {"resize_px", "crop_offset", "fill", "value_range", "rescale"});
  Preprocess preprocess;
  preprocess.resize = parse_name(node["resize"], parse_resize_mode);
  parse_sizes(node, form, preprocess);
  parse_sampling(node, preprocess);
  preprocess.exif = node["exif"].flag();
  preprocess.bgr = node["bgr"].flag();
  preprocess.pad_to_crop = node["pad_to_crop"].flag();
  if (node.has("crop_offset")) preprocess.crop_offset = parse_name(node["crop_offset"], parse_crop_offset);
  if (node.has("fill")) preprocess.fill = parse_colour(node["fill"]);
  if (node.has("value_range")) preprocess.value_range = parse_value_range(node["value_range"]);
  if (node.has("rescale")) preprocess.rescale = node["rescale"].number(0, kLargestStatisticOfPrograms);
  if (preprocess.value_range == 255 && preprocess.rescale != kUsualRescale)
    node["rescale"].refuse("belongs to value_range 1");
  const bool record = form == PreprocessForm::record;
  const double largest = record ? 1 : kLargestStatisticOfPrograms;
  preprocess.mean = parse_statistic(node["mean"], record ? -1 : -largest, largest);
  preprocess.std = parse_statistic(node["std"], 0, largest);
  return preprocess;
}

}  // namespace zoo
