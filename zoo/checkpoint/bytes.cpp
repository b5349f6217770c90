#include "zoo/checkpoint/bytes.h"

namespace zoo {

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    if (lead < 0xC2 || lead > 0xF4) return false;
    const size_t more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if (text.size() - i < more) return false;
    const auto second = static_cast<unsigned char>(text[i]);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
        (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
      return false;
    }
    for (size_t k = 0; k < more; ++k) {
      if ((static_cast<unsigned char>(text[i++]) & 0xC0) != 0x80) return false;
    }
  }
  return true;
}

std::string excerpt(std::string_view text, size_t at_most) {
  std::string_view part = text.substr(0, at_most);
  // The cut may have split a character of up to four bytes.
  for (int i = 0; i < 3 && part.size() < text.size() && !is_utf8(part); ++i) part.remove_suffix(1);
  const bool keep = is_utf8(part);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : part) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !keep)) {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return part.size() < text.size() ? out + "..." : out;
}

}  // namespace zoo
