// How text files begin.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace zoo {

// The text without the byte order mark that Windows's programs write before UTF-8. Throws Error{unsupported}
// for UTF-16 and UTF-32; `where` is the file. Whether the rest is UTF-8 is not looked at.
std::string_view utf8_text(std::string_view text, const std::string& where);

// The file's text; without a mark too. Throws Error{not_found, io}, and Error{unsupported} with the line for
// bytes that are not UTF-8.
std::string read_utf8_text(const std::filesystem::path& path);

}  // namespace zoo
