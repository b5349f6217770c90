// JSON on stdout, the same of all programs.
#pragma once

#include <iostream>

#include <nlohmann/json.hpp>

#include "zoo/core/foreign_text.h"

namespace zoo::apps {

// Indented, and a line end. What is not UTF-8 in it becomes U+FFFD; nothing in it steers a terminal.
template <typename Json>
void write_json(const Json& value) {
  std::cout << printable_json(value.dump(2, ' ', false, Json::error_handler_t::replace)) << '\n';
}

}  // namespace zoo::apps
