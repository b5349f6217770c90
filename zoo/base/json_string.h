// Text as JSON wants it, for writers that put their few lines together themselves: nlohmann's tree of values
// does not survive when memory ends.
#pragma once

#include <string>
#include <string_view>

namespace zoo {

// The text in quotes, escaped where it must be; what is not UTF-8 is replaced by U+FFFD.
std::string json_string(std::string_view text);

}  // namespace zoo
