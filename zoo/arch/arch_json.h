// An architecture as JSON, whole: for a config.json whose net is no row of the table.
#pragma once

#include <string>

#include "zoo/arch/arch.h"
#include "zoo/base/json_node.h"

namespace zoo {

// An object with a member for each field, whatever its usual value, so that a file means the same when that
// changes; on one line. The name and `paper` have to be UTF-8.
std::string to_json(const ArchSpec& spec);
// What to_json() writes; what is left out is as ArchSpec{} has it. The result lives as long as the program
// (keep_arch). Throws Error{corrupt} with the place of a member that is unknown, of a wrong type or out of
// range, or where the net cannot be built.
const ArchSpec& parse_arch(const JsonNode& node);

}  // namespace zoo
