// How text files begin.
#pragma once

#include <string>
#include <string_view>

namespace zoo {

// The text without the byte order mark that Windows's programs write before UTF-8. Throws Error{unsupported}
// for UTF-16 and UTF-32; `where` is the file. Whether the rest is UTF-8 is not looked at.
std::string_view utf8_text(std::string_view text, const std::string& where);

}  // namespace zoo
