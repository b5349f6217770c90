// The reading half of model_card.h: every member is checked, and named by its place where it is wrong.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <nlohmann/json.hpp>

#include "zoo/arch/arch.h"
#include "zoo/arch/arch_json.h"
#include "zoo/base/error.h"
#include "zoo/base/json_depth.h"
#include "zoo/layouts/model_card.h"
#include "zoo/manifest/preprocess_json.h"

namespace zoo {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMaxPixels = 1 << 16;
constexpr int64_t kMaxChannels = 1 << 12;
constexpr int64_t kMaxClasses = 10'000'000;
// Of timm's create_model.
constexpr std::array<std::string_view, 5> kKnownArguments{"in_chans", "num_classes", "global_pool",
                                                          "output_stride", "act_layer"};
constexpr std::array<std::string_view, 4> kOfTrainingAlone{"drop_rate", "drop_path_rate", "drop_block_rate",
                                                           "zero_init_last"};

// A JSON value and where it stands: "config.json:/pretrained_cfg/mean".
struct Place {
  const Json& json;
  std::string file;
  std::string pointer = {};

  [[noreturn]] void refuse(ErrorCode code, const std::string& what, const std::string& remedy = {}) const {
    throw Error(code, pointer.empty() ? file : file + ":" + pointer, what, remedy);
  }
  [[noreturn]] void expected(const std::string& wanted) const {
    refuse(ErrorCode::corrupt, "is " + std::string(json.type_name()) + ", expected " + wanted);
  }
  const Place& object() const {
    if (!json.is_object()) expected("an object");
    return *this;
  }
  std::string string() const {
    if (!json.is_string()) expected("a string");
    return json.get<std::string>();
  }
  bool boolean() const {
    if (!json.is_boolean()) expected("true or false");
    return json.get<bool>();
  }
  double number() const {
    if (!json.is_number()) expected("a number");
    return json.get<double>();
  }
  int64_t integer(int64_t low, int64_t high) const {
    const double value = number();
    if (value != std::floor(value) || value < static_cast<double>(low) || value > static_cast<double>(high)) {
      refuse(ErrorCode::corrupt, "is " + json.dump() + ", expected a whole number from " +
                                     std::to_string(low) + " to " + std::to_string(high));
    }
    return static_cast<int64_t>(value);
  }
  Place element(size_t index) const { return {json[index], file, pointer + "/" + std::to_string(index)}; }
  // Absent and null are the same.
  std::optional<Place> find(const std::string& key) const {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return std::nullopt;
    return Place{*found, file, pointer + "/" + key};
  }
  Place at(const std::string& key) const {
    if (const auto found = find(key)) return *found;
    refuse(ErrorCode::corrupt, "'" + key + "' is missing");
  }
};

// One number, alone or in an array, is that of all channels.
std::array<double, 3> read_triple(const Place& place, double low_exclusive) {
  const bool is_array = place.json.is_array();
  if (is_array ? place.json.size() != 3 && place.json.size() != 1 : !place.json.is_number())
    place.expected("an array of 3 numbers");
  std::array<double, 3> values{};
  for (size_t i = 0; i < values.size(); ++i) {
    const Place one = is_array ? place.element(std::min(i, place.json.size() - 1)) : place;
    const double value = one.number();
    if (!(value > low_exclusive) || !(value < 1e6))
      one.refuse(ErrorCode::corrupt, "is " + one.json.dump() + ", out of range");
    values[i] = value;
  }
  return values;
}

// timm takes a plain 0 for absent.
void read_normalisation(const Place& place, Preprocess& preprocess) {
  const auto mean = place.find("mean"), std = place.find("std");
  if (mean && mean->json != 0) preprocess.mean = read_triple(*mean, -1e6);
  if (std && std->json != 0) preprocess.std = read_triple(*std, 0);
}

// Names come from a file, so that an unknown one is the file's fault, not a flag's.
template <typename Parse>
auto read_name(const Place& place, Parse parse) {
  try {
    return parse(place.string());
  } catch (const Error& error) {
    place.refuse(ErrorCode::unsupported, error.what());
  }
}

// The manifest's reader serves, with the whole file's tree for the sake of its pointers.
Preprocess read_own_preprocess(std::string_view text, const std::string& where) {
  const JsonTree tree(text, where);
  return parse_preprocess(JsonNode(tree, where)["zoo"]["preprocess"], PreprocessForm::whole);
}

// Of a net that is no row of the table.
const ArchSpec& read_own_arch(std::string_view text, const std::string& where) {
  const JsonTree tree(text, where);
  return parse_arch(JsonNode(tree, where)["zoo"]["arch"]);
}

// timm fills what a border needs with 255 times the mean, rounded half to even, which is decided before the
// mean is a float.
std::array<uint8_t, 3> border_fill(const std::array<double, 3>& mean) {
  std::array<uint8_t, 3> fill{};
  for (size_t i = 0; i < fill.size(); ++i)
    fill[i] = static_cast<uint8_t>(std::clamp(std::nearbyint(255 * mean[i]), 0.0, 255.0));
  return fill;
}

void read_crop_mode(const Place& config, Preprocess& preprocess) {
  const auto mode = config.find("crop_mode");
  if (!mode) return;
  const std::string name = mode->string();
  if (name == "squash") {
    preprocess.resize = ResizeMode::square;
  } else if (name == "border") {
    preprocess.resize = ResizeMode::long_edge;
    preprocess.fill = border_fill(preprocess.mean);
  } else if (name != "center") {
    mode->refuse(ErrorCode::unsupported, "is '" + name + "', zoo has 'center', 'squash' and 'border'");
  }
}

// timm's evaluation transform: resize to floor(input / crop_pct), then a centre crop of input_size.
Preprocess read_timm_preprocess(const Place& config, const ArchSpec& arch) {
  Preprocess preprocess;
  preprocess.crop_px = arch.input_px;
  if (const auto size = config.find("input_size")) {
    if (!size->json.is_array() || size->json.size() != 3)
      size->expected("an array [channels, height, width]");
    preprocess.crop_px = size->element(1).integer(1, kMaxPixels);
    if (size->element(2).integer(1, kMaxPixels) != preprocess.crop_px) {
      size->refuse(ErrorCode::unsupported, "is " + size->json.dump() + ", not square");
    }
  }
  double crop_pct = 0.875;
  if (const auto pct = config.find("crop_pct")) crop_pct = pct->number();
  const double resize = std::floor(static_cast<double>(preprocess.crop_px) / crop_pct);
  if (!(resize >= 1 && resize <= kMaxPixels)) {
    config.refuse(ErrorCode::corrupt, "crop_pct " + std::to_string(crop_pct) + " is out of range");
  }
  preprocess.resize_px = static_cast<int64_t>(resize);
  preprocess.interpolation = Interpolation::bicubic;
  if (const auto interpolation = config.find("interpolation")) {
    preprocess.interpolation = read_name(*interpolation, parse_interpolation);
    if (!has_interpolation(Backend::pillow, preprocess.interpolation))
      interpolation->refuse(ErrorCode::unsupported,
                            "is '" + interpolation->string() + "', which Pillow lacks");
  }
  read_normalisation(config, preprocess);
  read_crop_mode(config, preprocess);
  return preprocess;
}

// An array, or timm's other form: an object from class index to name.
std::vector<std::string> read_labels(const Place& place, int64_t num_classes) {
  const bool is_object = place.json.is_object();
  if (!is_object && !place.json.is_array()) place.expected("an array of names");
  if (static_cast<int64_t>(place.json.size()) != num_classes) {
    place.refuse(ErrorCode::corrupt, "has " + std::to_string(place.json.size()) + " names for " +
                                         std::to_string(num_classes) + " classes");
  }
  std::vector<std::string> labels;
  labels.reserve(place.json.size());
  for (size_t i = 0; i < place.json.size(); ++i) {
    labels.push_back((is_object ? place.at(std::to_string(i)) : place.element(i)).string());
  }
  return labels;
}

int64_t read_output_stride(const Place& place, const ArchSpec& arch) {
  const int64_t stride = place.integer(1, kMaxPixels);
  try {
    plan_blocks(arch, stride);
  } catch (const Error& error) {
    place.refuse(ErrorCode::corrupt, error.what());
  }
  return stride < arch.reduction() ? stride : 0;
}

// "resnet50.a1_in1k" is timm's name of an architecture and of the weights that it began with.
const ArchSpec& read_arch(const Place& place) {
  std::string name = place.string();
  name.erase(std::min(name.find('.'), name.size()));
  const ArchSpec* arch = find_arch(name);
  if (arch != nullptr) return *arch;
  try {
    return get_arch(name);
  } catch (const Error& error) {
    place.refuse(error.code(), error.what());
  }
}

// Another activation would be another net.
void require_activation(const Place& place, const ArchSpec& arch) {
  const std::string name = place.string();
  const std::string_view own = to_string(arch.activation);
  if ((name == "swish" ? "silu" : name) == own) return;
  place.refuse(ErrorCode::unsupported,
               "is '" + name + "', zoo's " + std::string(arch.name) + " has " + std::string(own));
}

// What timm's create_model is told beside the name.
void read_arguments(const Place& arguments, const ArchSpec& arch, ModelConfig& config) {
  const auto is_one_of = [](const auto& names, const std::string& key) {
    return std::ranges::find(names, key) != names.end();
  };
  for (const auto& [key, value] : arguments.json.items()) {
    if (!is_one_of(kKnownArguments, key) && !is_one_of(kOfTrainingAlone, key)) {
      Place{value, arguments.file, arguments.pointer + "/" + key}.refuse(
          ErrorCode::unsupported, "is an argument of timm's that zoo does not know");
    }
  }
  if (const auto activation = arguments.find("act_layer")) require_activation(*activation, arch);
  if (const auto channels = arguments.find("in_chans"))
    config.in_channels = channels->integer(1, kMaxChannels);
  if (const auto pool = arguments.find("global_pool"))
    config.global_pool = read_name(*pool, parse_global_pool);
  if (const auto stride = arguments.find("output_stride"))
    config.output_stride = read_output_stride(*stride, arch);
}

Json parse_json(std::string_view text, const std::string& where) {
  if (nests_deeper(text))
    throw Error(ErrorCode::corrupt, where, "is nested more than 100 levels deep",
                "Mend it; with '--arch ARCH' it is left alone.");
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    const std::string what = error.what();  // "[json.exception...] parse error at line 1, ..."
    const size_t begin = what.find("] ");
    throw Error(ErrorCode::corrupt, where,
                "is not JSON: " + (begin == std::string::npos ? what : what.substr(begin + 2)),
                "Mend it; with '--arch ARCH' it is left alone.");
  }
}

}  // namespace

ModelConfig parse_config_json(std::string_view text, const std::string& where) {
  const Json json = parse_json(text, where);
  const Place root{json, where};
  root.object();
  if (!root.find("architecture") && root.find("model_type")) {
    root.at("model_type")
        .refuse(ErrorCode::unsupported,
                "is transformers' own '" + root.at("model_type").string() + "', not timm's configuration",
                "Give the tensor file itself, with '--arch ARCH'.");
  }
  ModelConfig config;
  const auto own = root.find("zoo");
  const bool spells_out = own && own->object().find("arch");
  const ArchSpec& arch = spells_out ? read_own_arch(text, where) : read_arch(root.at("architecture"));
  config.card.arch = std::string(arch.name);
  if (spells_out) config.card.spec = &arch;

  // timm's oldest files have the members of pretrained_cfg at the top.
  const Place timm = root.find("pretrained_cfg").value_or(root).object();
  const auto either = [&](const std::string& key) {
    return root.find(key) ? root.find(key) : timm.find(key);
  };
  // Files older than model_args say here how the model was trained; timm itself goes by model_args alone.
  if (const auto pool = either("global_pool")) config.global_pool = read_name(*pool, parse_global_pool);
  if (const auto arguments = root.find("model_args")) read_arguments(arguments->object(), arch, config);
  config.num_classes = arch.num_classes;
  if (const auto classes = either("num_classes")) config.num_classes = classes->integer(0, kMaxClasses);
  if (const auto labels = either("label_names"))
    config.card.labels = read_labels(*labels, config.num_classes);
  if (const auto problem = root.find("problem_type")) {
    config.card.problem_type = parse_problem_type(problem->string());
    if (!config.card.problem_type)
      problem->refuse(ErrorCode::corrupt, "is '" + problem->string() + "', which is no type of problem");
  }

  if (own) own->object().at("preprocess").object();
  config.card.preprocess = own ? read_own_preprocess(text, where) : read_timm_preprocess(timm, arch);
  return config;
}

}  // namespace zoo
