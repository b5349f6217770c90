// Text that nobody vouches for, such as names in files and of files, and how a message shows it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace zoo {

// Well-formed UTF-8: no surrogates, no overlong forms, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// As UTF-8 without control characters, which become "\x1b"; cut after about `at_most` bytes.
std::string excerpt(std::string_view text, size_t at_most = 100);
// The same of a whole message: uncut, with its lines.
std::string shown_lines(std::string_view text);

}  // namespace zoo
