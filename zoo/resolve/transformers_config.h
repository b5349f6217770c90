// What the JSON files beside a model of transformers' own say of its architecture and classes.
// Reference: transformers 5.23, models/resnet/configuration_resnet.py.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/arch/arch.h"

namespace zoo {

enum class ConfigKind {
  timm,          // names an architecture, as timm's hub layout does
  transformers,  // of transformers' own
  foreign,       // JSON, but no model's
  broken,        // no JSON
};
// Whose a config.json is.
ConfigKind kind_of_config(std::string_view text);
// The same where the architecture is known otherwise: a file of another model, or of a broken one, is
// foreign.
ConfigKind kind_of_config_beside_arch(std::string_view text);

// The architecture that config.json describes: the row of the table where there is one, otherwise one called
// kInferredArch. Absent fields have transformers' defaults. Throws Error{corrupt} for a field of another type
// or range, Error{unsupported} for a model_type or hidden_act that zoo does not have, Error{mismatch} for
// numbers that make no net.
ArchSpec read_transformers_arch(std::string_view text, const std::string& where);

// The names in config.json's id2label, one a class; none where it has none or only "LABEL_0", "LABEL_1", ...
// `where` is the file's name for messages. Throws Error{corrupt}.
std::vector<std::string> read_transformers_labels(std::string_view text, const std::string& where,
                                                  int64_t num_classes);

}  // namespace zoo
