// The two JSON files that transformers keeps beside a ResNet's model.safetensors.
// Reference: transformers 5.23, models/resnet/configuration_resnet.py,
// models/convnext/image_processing_convnext.py.
#pragma once

#include <cstdint>
#include <string>

#include "zoo/arch/arch.h"
#include "zoo/layouts/model_card.h"

namespace zoo {

// config.json of ResNetForImageClassification. Throws Error{unsupported} for an arch, a pool or
// a stride that transformers' ResNet cannot have, Error{mismatch} if there are labels, but not one a class.
std::string to_hugging_face_config(const ArchSpec& arch, const ModelConfig& config);
// preprocessor_config.json. What its fields cannot say (OpenCV's pixels, EXIF, channel order) is left out.
std::string to_hugging_face_preprocessor(const Preprocess& preprocess);

}  // namespace zoo
