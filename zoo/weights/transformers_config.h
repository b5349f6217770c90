// What the JSON files beside a model of transformers' own say of its pictures and classes.
// Reference: transformers 5.23, models/convnext/image_processing_convnext.py,
// models/bit/image_processing_bit.py.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/core/preprocess.h"

namespace zoo {

// config.json is transformers' own, not timm's. False for what is not JSON.
bool is_transformers_config(std::string_view text);

// The names in config.json's id2label, one a class; none where it has none or only "LABEL_0", "LABEL_1", ...
// `where` is the file's name for messages. Throws Error{corrupt}.
std::vector<std::string> read_transformers_labels(std::string_view text, const std::string& where,
                                                  int64_t num_classes);

// preprocessor_config.json, of ConvNext's processor (which Hugging Face uses for its ResNets) or one with
// size and crop_size. Throws Error{corrupt}, and Error{unsupported} for what zoo cannot do.
Preprocess read_transformers_preprocess(std::string_view text, const std::string& where);

}  // namespace zoo
