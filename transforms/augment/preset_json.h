// Presets as JSON objects: {"timm": {"aa": "rand-m9-mstd0.5-inc1"}}. Internal to transforms.
#pragma once

#include "transforms/augmentation.h"
#include "zoo/base/json_node.h"

namespace zoo {

Augmentation parse_preset(const JsonNode& root);

}  // namespace zoo
