#include "zoo/base/utf8_text.h"

#include "zoo/base/error.h"

namespace zoo {
namespace {

using std::string_view_literals::operator""sv;

// The name that iconv knows it by; empty for what may be UTF-8. Without a mark, every other byte of ASCII is
// 0.
std::string_view wide_encoding(std::string_view text) {
  if (text.starts_with("\xff\xfe\0\0"sv) || text.starts_with("\0\0\xfe\xff"sv)) return "UTF-32";
  if (text.starts_with("\xff\xfe"sv) || text.starts_with("\xfe\xff"sv)) return "UTF-16";
  if (text.size() < 4) return {};
  const auto is_nul = [&](size_t i) { return text[i] == '\0'; };
  if (!is_nul(0) && is_nul(1) && !is_nul(2) && is_nul(3)) return "UTF-16LE";
  if (is_nul(0) && !is_nul(1) && is_nul(2) && !is_nul(3)) return "UTF-16BE";
  return {};
}

}  // namespace

std::string_view utf8_text(std::string_view text, const std::string& where) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (text.starts_with(mark)) return text.substr(mark.size());
  if (const std::string_view encoding = wide_encoding(text); !encoding.empty()) {
    throw Error(ErrorCode::unsupported, where, "is text in " + std::string(encoding) + ", expected UTF-8",
                "Convert it: iconv -f " + std::string(encoding) + " -t UTF-8 FILE > NEW_FILE.");
  }
  return text;
}

}  // namespace zoo
