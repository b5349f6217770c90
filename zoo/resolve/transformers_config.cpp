#include "zoo/resolve/transformers_config.h"

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/json_depth.h"
#include "zoo/layouts/resnet_config.h"

namespace zoo {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& where, const std::string& pointer, const std::string& what,
                         ErrorCode code = ErrorCode::corrupt) {
  throw Error(code, where + ":" + pointer, what);
}

}  // namespace

ConfigKind kind_of_config(std::string_view text) {
  if (nests_deeper(text)) return ConfigKind::broken;
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) return ConfigKind::broken;
  if (!document.is_object()) return ConfigKind::foreign;
  if (document.contains("architecture")) return ConfigKind::timm;
  return document.contains("model_type") ? ConfigKind::transformers : ConfigKind::foreign;
}

ConfigKind kind_of_config_beside_arch(std::string_view text) {
  const ConfigKind kind = kind_of_config(text);
  if (kind == ConfigKind::foreign || kind == ConfigKind::broken) return ConfigKind::foreign;
  const json document = json::parse(text);
  const json& name = document[kind == ConfigKind::timm ? "architecture" : "model_type"];
  if (!name.is_string()) return ConfigKind::foreign;
  const auto text_of = name.get<std::string>();
  const bool known = kind == ConfigKind::timm ? find_arch(text_of.substr(0, text_of.find('.'))) != nullptr
                                              : text_of == "resnet";
  return known ? kind : ConfigKind::foreign;
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

}  // namespace zoo
