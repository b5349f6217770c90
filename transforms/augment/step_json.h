// Steps as JSON objects. Internal to transforms.
#pragma once

#include <string>

#include "transforms/augment/steps.h"
#include "zoo/core/json_node.h"

namespace zoo {

// {"op": "RandomHorizontalFlip", "p": 0.5}. Refuses an unknown op or field with the nearest name, and what is
// out of its range.
Step parse_step(const JsonNode& node);
std::string step_to_json(const Step& step);  // with all fields

}  // namespace zoo
