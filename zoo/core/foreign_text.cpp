#include "zoo/core/foreign_text.h"

#include <algorithm>

namespace zoo {
namespace {

unsigned char byte_at(std::string_view text, size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Bytes of the character of UTF-8 that begins there; 0 where none does.
size_t character_size(std::string_view text, size_t at) {
  const unsigned char lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() - at < size) return 0;
  const unsigned char second = byte_at(text, at + 1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
      (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  for (size_t i = 1; i < size; ++i) {
    if ((byte_at(text, at + i) & 0xC0U) != 0x80U) return 0;
  }
  return size;
}

// U+0000 to U+001F, U+007F to U+009F: terminals obey the second row too.
bool is_control(std::string_view character) {
  const unsigned char lead = byte_at(character, 0);
  return lead < 0x20 || lead == 0x7F || (lead == 0xC2 && byte_at(character, 1) < 0xA0);
}

std::string shown(std::string_view text, size_t at_most, bool has_lines) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (size_t at = 0, size = 0; at < text.size(); at += size) {
    const size_t found = character_size(text, at);
    size = std::max<size_t>(found, 1);
    std::string piece(text.substr(at, size));
    if (found == 0 || (is_control(piece) && !(has_lines && piece == "\n"))) {
      piece.clear();
      for (size_t i = at; i < at + size; ++i) {
        piece += "\\x";
        piece += digits[byte_at(text, i) >> 4U];
        piece += digits[byte_at(text, i) & 15U];
      }
    }
    if (out.size() + piece.size() > at_most) return out + "...";
    out += piece;
  }
  return out;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t size = character_size(text, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string excerpt(std::string_view text, size_t at_most) {
  return shown(text, at_most, false);
}

std::string shown_lines(std::string_view text) {
  return shown(text, std::string_view::npos, true);
}

}  // namespace zoo
