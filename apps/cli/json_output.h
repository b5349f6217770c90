// JSON on stdout, the same of all programs.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace zoo::apps {

// Indented, and a line end. What is not UTF-8 in it becomes U+FFFD; nothing in it steers a terminal.
void write_json(const nlohmann::ordered_json& value);

}  // namespace zoo::apps
