// Presets as JSON objects: {"timm": {"aa": "rand-m9-mstd0.5-inc1"}}. Internal to transforms.
#pragma once

#include <vector>

#include "transforms/augment/steps.h"
#include "zoo/base/json_node.h"

namespace zoo {

std::vector<Step> parse_preset(const JsonNode& root);

}  // namespace zoo
