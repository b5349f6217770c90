// Text that nobody vouches for, such as names in files and of files, and how a message shows it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace zoo {

// Well-formed UTF-8: no surrogates, no overlong forms, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// On one line, as UTF-8 in which what a terminal obeys or hides becomes "\x1b": control characters with line
// ends, also those above ASCII, and Unicode's marks that turn the direction of writing, end lines, or cannot
// be seen. What comes out of it stays as it is when it is given again. Every program shows foreign text so.
std::string printable(std::string_view text);
// The same, cut after about `at_most` bytes.
std::string excerpt(std::string_view text, size_t at_most = 100);
// JSON text, in whose strings the same characters become "\u001b": for what JSON itself leaves as it is.
std::string printable_json(std::string_view json);

}  // namespace zoo
