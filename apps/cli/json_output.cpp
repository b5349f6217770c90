#include "apps/cli/json_output.h"

#include <iostream>

#include <nlohmann/json.hpp>

#include "zoo/base/foreign_text.h"

namespace zoo::apps {

void write_json(const nlohmann::ordered_json& value) {
  std::cout << printable_json(value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace))
            << '\n';
}

}  // namespace zoo::apps
