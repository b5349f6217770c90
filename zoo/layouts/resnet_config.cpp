#include "zoo/layouts/resnet_config.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/json_depth.h"
#include "zoo/layouts/layouts.h"

namespace zoo::hf {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMaxSize = 1 << 20;    // of a map's channels or a stage's blocks
constexpr int64_t kMaxLabels = 1 << 20;  // of classes
constexpr int64_t kDefaultLabels = 2;

struct NamedActivation {
  std::string_view name;
  Activation activation;
};
// The first name of an activation is the one that is written. The forms of the tanh approximation differ in
// rounding alone. Source: transformers 5.23, activations.py.
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

std::string default_label(int64_t index) {
  return "LABEL_" + std::to_string(index);
}

// The members of a JSON object, of the types that transformers insists on. null is as good as absent.
class Fields {
 public:
  Fields(std::string_view text, const std::string& where) : where_(where) {
    if (!nests_deeper(text)) document_ = Json::parse(text, nullptr, false);
    if (!document_.is_object()) throw Error(ErrorCode::corrupt, where, "is no JSON object");
  }

  const Json* find(const std::string& key) const {
    const auto found = document_.find(key);
    return found == document_.end() || found->is_null() ? nullptr : &*found;
  }

  void read(const std::string& key, bool& flag) const {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_boolean()) refuse(key, "is " + excerpt(*value) + ", expected true or false");
    flag = value->get<bool>();
  }
  void read(const std::string& key, std::string& text) const {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_string()) refuse(key, "is " + excerpt(*value) + ", expected a text");
    text = value->get<std::string>();
  }
  void read(const std::string& key, int64_t& number, int64_t least, int64_t most) const {
    if (const Json* value = find(key)) number = number_of(*value, key, least, most);
  }
  void read(const std::string& key, std::vector<int64_t>& numbers, int64_t least, int64_t most) const {
    const Json* value = find(key);
    if (value == nullptr) return;
    require_short_array(*value, key);
    numbers.clear();
    for (size_t i = 0; i < value->size(); ++i)
      numbers.push_back(number_of((*value)[i], key + "/" + std::to_string(i), least, most));
  }
  void read(const std::string& key, std::vector<std::string>& texts) const {
    const Json* value = find(key);
    if (value == nullptr) return;
    require_short_array(*value, key);
    texts.clear();
    for (const Json& text : *value) {
      if (!text.is_string()) refuse(key, "holds " + excerpt(text) + ", expected texts");
      texts.push_back(text.get<std::string>());
    }
  }

  [[noreturn]] void refuse(const std::string& pointer, const std::string& what,
                           ErrorCode code = ErrorCode::corrupt) const {
    throw Error(code, where_ + ":/" + pointer, what);
  }

 private:
  static std::string excerpt(const Json& value) {
    const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    constexpr size_t kLongest = 60;
    return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
  }
  int64_t number_of(const Json& value, const std::string& pointer, int64_t least, int64_t most) const {
    const bool fits = value.is_number_integer() && value.get<double>() >= static_cast<double>(least) &&
                      value.get<double>() <= static_cast<double>(most);
    if (!fits) {
      refuse(pointer, "is " + excerpt(value) + ", expected a whole number from " + std::to_string(least) +
                          " to " + std::to_string(most));
    }
    return value.get<int64_t>();
  }
  void require_short_array(const Json& value, const std::string& key) const {
    if (!value.is_array() || value.size() > kMaxStages + 1)
      refuse(key, "is " + excerpt(value) + ", expected an array of at most " + std::to_string(kMaxStages));
  }

  const std::string& where_;
  Json document_;
};

void read_labels(const Fields& fields, ResNetConfig& config) {
  const Json* names = fields.find("id2label");
  if (names != nullptr && !names->is_object())
    fields.refuse("id2label", "is no object of names by their numbers");
  config.num_labels = names != nullptr ? static_cast<int64_t>(names->size()) : kDefaultLabels;
  fields.read("num_labels", config.num_labels, 0, kMaxLabels);
  if (names == nullptr || static_cast<int64_t>(names->size()) != config.num_labels)
    return;  // as transformers does
  bool is_named = false;
  for (int64_t i = 0; i < config.num_labels; ++i) {
    const std::string index = std::to_string(i);
    const auto name = names->find(index);
    if (name == names->end() || !name->is_string()) fields.refuse("id2label/" + index, "is no name");
    config.id2label.push_back(name->get<std::string>());
    is_named = is_named || config.id2label.back() != default_label(i);
  }
  if (!is_named) config.id2label.clear();
}

[[noreturn]] void refuse(const std::string& field, const std::string& what,
                         ErrorCode code = ErrorCode::mismatch) {
  throw Error(code, "", field + " " + what);
}

Activation activation_of(const std::string& name) {
  const auto* const found = std::ranges::find(kActivations, name, &NamedActivation::name);
  if (found != kActivations.end()) return found->activation;
  refuse("hidden_act", "is '" + name + "', an activation that zoo does not have", ErrorCode::unsupported);
}

void require_range(const std::string& field, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return;
  refuse(field, "is " + std::to_string(value) + ", expected " + std::to_string(least) + " to " +
                    std::to_string(most));
}

void require_sizes(const ResNetConfig& config) {
  require_range("num_channels", config.num_channels, 1, kMaxSize);
  require_range("embedding_size", config.embedding_size, 1, kMaxSize);
  require_range("num_labels", config.num_labels, 0, kMaxLabels);
  // A bottleneck's inner convolutions have a quarter of its channels.
  const int64_t least = config.layer_type == "bottleneck" ? 4 : 1;
  for (size_t i = 0; i < config.hidden_sizes.size(); ++i)
    require_range("hidden_sizes[" + std::to_string(i) + "]", config.hidden_sizes[i], least, kMaxSize);
}

bool is_same(const ArchSpec& row, const ArchSpec& spec) {
  return cannot_say(Layout::huggingface, row).empty() && row.block == spec.block &&
         row.num_stages == spec.num_stages && row.depths == spec.depths && row.channels == spec.channels &&
         row.stem_widths == spec.stem_widths && row.first_stride == spec.first_stride &&
         row.activation == spec.activation &&
         (row.block == Block::basic || row.stride_place == spec.stride_place);
}

std::vector<int64_t> from_stages(const Stages& numbers, int count) {
  return {numbers.begin(), numbers.begin() + count};
}

}  // namespace

std::vector<std::string> ResNetConfig::stage_names() const {
  std::vector<std::string> names{"stem"};
  for (size_t i = 1; i <= depths.size(); ++i) names.push_back("stage" + std::to_string(i));
  return names;
}

std::vector<int64_t> ResNetConfig::out_stages() const {
  const std::vector<std::string> names = stage_names();
  const auto count = std::ssize(names);
  std::vector<int64_t> named, numbered;
  for (const std::string& feature : out_features) {
    const auto found = std::ranges::find(names, feature);
    if (found == names.end()) refuse("out_features", "names '" + feature + "', which is no stage");
    named.push_back(found - names.begin());
  }
  for (const int64_t index : out_indices) {
    if (index < -count || index >= count) {
      refuse("out_indices",
             "holds " + std::to_string(index) + ", there are the stages 0 to " + std::to_string(count - 1));
    }
    numbered.push_back(index < 0 ? index + count : index);
  }
  if (named.empty() && numbered.empty()) return {count - 1};
  if (!named.empty() && !numbered.empty() && named != numbered)
    refuse("out_features", "and out_indices do not name the same stages");
  const std::vector<int64_t>& stages = named.empty() ? numbered : named;
  if (std::ranges::adjacent_find(stages, std::greater_equal<>()) != stages.end())
    refuse(named.empty() ? "out_indices" : "out_features", "must name each stage once, in their order");
  return stages;
}

ResNetConfig parse_resnet_config(std::string_view text, const std::string& where) {
  const Fields fields(text, where);
  std::string type = "resnet";
  fields.read("model_type", type);
  if (type != "resnet")
    fields.refuse("model_type", "is '" + type + "', zoo has 'resnet'", ErrorCode::unsupported);
  ResNetConfig config;
  fields.read("num_channels", config.num_channels, 1, kMaxSize);
  fields.read("embedding_size", config.embedding_size, 1, kMaxSize);
  fields.read("hidden_sizes", config.hidden_sizes, 1, kMaxSize);
  fields.read("depths", config.depths, 1, kMaxSize);
  fields.read("layer_type", config.layer_type);
  fields.read("hidden_act", config.hidden_act);
  fields.read("downsample_in_first_stage", config.downsample_in_first_stage);
  fields.read("downsample_in_bottleneck", config.downsample_in_bottleneck);
  fields.read("out_features", config.out_features);
  fields.read("out_indices", config.out_indices, -kMaxStages - 1, kMaxStages);
  fields.read("output_hidden_states", config.output_hidden_states);
  read_labels(fields, config);
  std::string problem;
  fields.read("problem_type", problem);
  if (problem.empty()) return config;
  config.problem_type = parse_problem_type(problem);
  if (!config.problem_type)
    fields.refuse("problem_type", "is '" + problem + "', which is no type of problem");
  return config;
}

std::string to_json(const ResNetConfig& config, std::string_view architecture) {
  const auto& labels = config.id2label;
  if (!labels.empty() && static_cast<int64_t>(labels.size()) != config.num_labels) {
    throw Error(
        ErrorCode::mismatch, "config.json",
        std::to_string(labels.size()) + " labels for " + std::to_string(config.num_labels) + " classes");
  }
  Json by_id = Json::object(), by_label = Json::object();
  for (int64_t i = 0; i < config.num_labels; ++i) {
    const std::string label = labels.empty() ? default_label(i) : labels[static_cast<size_t>(i)];
    by_id[std::to_string(i)] = label;
    by_label[label] = i;
  }
  const std::vector<std::string> names = config.stage_names();
  const std::vector<int64_t> stages = config.out_stages();
  Json features = Json::array();
  for (const int64_t stage : stages) features.push_back(names[static_cast<size_t>(stage)]);
  Json json{{"architectures", {architecture}},
            {"depths", config.depths},
            {"downsample_in_bottleneck", config.downsample_in_bottleneck},
            {"downsample_in_first_stage", config.downsample_in_first_stage},
            {"embedding_size", config.embedding_size},
            {"hidden_act", config.hidden_act},
            {"hidden_sizes", config.hidden_sizes},
            {"id2label", by_id},
            {"label2id", by_label},
            {"layer_type", config.layer_type},
            {"model_type", "resnet"},
            {"num_channels", config.num_channels},
            {"out_features", features},
            {"out_indices", stages}};
  if (config.output_hidden_states) json["output_hidden_states"] = true;
  if (config.problem_type) json["problem_type"] = to_string(*config.problem_type);
  json["stage_names"] = names;
  try {
    return json.dump(2) + "\n";
  } catch (const Json::type_error&) {
    throw Error(ErrorCode::unsupported, "config.json", "a label is not UTF-8 text, which JSON cannot hold");
  }
}

ArchSpec to_arch(const ResNetConfig& config) {
  if (config.hidden_sizes.size() != config.depths.size()) {
    refuse("hidden_sizes", "has " + std::to_string(config.hidden_sizes.size()) + " entries, depths " +
                               std::to_string(config.depths.size()));
  }
  if (config.depths.empty() || config.depths.size() > kMaxStages)
    refuse("depths", "must have 1 to " + std::to_string(kMaxStages) + " entries");
  if (config.layer_type != "basic" && config.layer_type != "bottleneck")
    refuse("layer_type", "is '" + config.layer_type + "', expected 'basic' or 'bottleneck'");
  require_sizes(config);
  ArchSpec spec{.name = kInferredArch};
  spec.block = config.layer_type == "basic" ? Block::basic : Block::bottleneck;
  spec.num_stages = static_cast<int>(config.depths.size());
  std::ranges::copy(config.depths, spec.depths.begin());
  std::ranges::copy(config.hidden_sizes, spec.channels.begin());
  spec.stem_widths[0] = config.embedding_size;
  spec.activation = activation_of(config.hidden_act);
  if (config.downsample_in_first_stage) spec.first_stride = 2;
  if (config.downsample_in_bottleneck) spec.stride_place = StridePlace::conv1;
  const auto row =
      std::ranges::find_if(arch_table(), [&](const ArchSpec& one) { return is_same(one, spec); });
  if (row != arch_table().end()) return *row;
  validate(spec);
  return spec;
}

ResNetConfig config_of(const ArchSpec& arch, int64_t num_labels, int64_t num_channels) {
  if (const std::string lack = cannot_say(Layout::huggingface, arch); !lack.empty()) {
    throw Error(ErrorCode::unsupported, std::string(arch.name), "transformers' ResNet " + lack,
                "timm's layout can hold it: transformers opens that through timm.");
  }
  ResNetConfig config;
  config.num_channels = num_channels;
  config.embedding_size = arch.stem_channels();
  config.hidden_sizes = from_stages(arch.channels, arch.num_stages);
  config.depths = from_stages(arch.depths, arch.num_stages);
  config.layer_type = to_string(arch.block);
  config.hidden_act = std::ranges::find(kActivations, arch.activation, &NamedActivation::activation)->name;
  config.downsample_in_first_stage = arch.first_stride != 1;
  config.downsample_in_bottleneck = arch.stride_place == StridePlace::conv1;
  config.num_labels = num_labels;
  return config;
}

}  // namespace zoo::hf
