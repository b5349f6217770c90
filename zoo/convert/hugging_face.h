// The two JSON files that transformers keeps beside a ResNet's model.safetensors.
// Reference: transformers 5.23, models/resnet/configuration_resnet.py,
// models/convnext/image_processing_convnext.py.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "zoo/core/arch.h"
#include "zoo/layouts/model_card.h"

namespace zoo {

// The activation that transformers calls `name` (hidden_act); nothing for one that zoo does not have. Of its
// forms of the tanh approximation, which differ in rounding, all are Activation::gelu_tanh.
std::optional<Activation> parse_hidden_act(std::string_view name);

// config.json of ResNetForImageClassification. Throws Error{unsupported} for an arch that transformers'
// ResNet cannot be, Error{mismatch} if there are labels, but not one a class.
std::string to_hugging_face_config(const ArchSpec& arch, const ModelConfig& config);
// preprocessor_config.json. What its fields cannot say (OpenCV's pixels, EXIF, channel order) is left out.
std::string to_hugging_face_preprocessor(const Preprocess& preprocess);

}  // namespace zoo
