// JSON from others, which may be nested without end.
#pragma once

#include <string_view>

namespace zoo {

// Whether the text has more than `levels` arrays and objects inside each other: nlohmann's trees are copied
// and written by recursion. No configuration has more than ten.
bool nests_deeper(std::string_view text, int levels = 100);

}  // namespace zoo
