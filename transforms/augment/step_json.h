// Steps as JSON objects. Internal to transforms.
#pragma once

#include <string>

#include "transforms/augment/step_fields.h"
#include "transforms/augment/steps.h"
#include "zoo/base/json_node.h"

namespace zoo {

// {"op": "RandomHorizontalFlip", "p": 0.5}. Refuses an unknown op or field with the nearest name, and what is
// out of its range.
// Fills the fields that the object has, and refuses others.
void read_fields(const JsonNode& node, const std::string& owner, const VisitFields& visit);
[[noreturn]] void refuse_field(const JsonNode& node, const FieldFault& fault);

Step parse_step(const JsonNode& node);
std::string step_to_json(const Step& step);  // with all fields

}  // namespace zoo
