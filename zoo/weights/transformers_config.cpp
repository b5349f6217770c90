#include "zoo/weights/transformers_config.h"

#include <nlohmann/json.hpp>

#include "zoo/core/error.h"
#include "zoo/layouts/resnet_config.h"

namespace zoo {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& where, const std::string& pointer, const std::string& what,
                         ErrorCode code = ErrorCode::corrupt) {
  throw Error(code, where + ":" + pointer, what);
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

}  // namespace zoo
