#include "zoo/base/foreign_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

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

// Of one well-formed character.
uint32_t code_point(std::string_view character) {
  const unsigned lead = byte_at(character, 0);
  if (character.size() == 1) return lead;
  uint32_t code = lead & (0x7FU >> character.size());
  for (size_t i = 1; i < character.size(); ++i) code = code << 6U | (byte_at(character, i) & 0x3FU);
  return code;
}

struct Range {
  uint32_t first, last;
};
constexpr std::array kHidden{
    Range{0x00, 0x1F},        // control characters
    Range{0x7F, 0x9F},        // terminals obey this row of them too
    Range{0x061C, 0x061C},    // marks of direction
    Range{0x200B, 0x200B},    // a space without width; the joiners behind it are parts of words
    Range{0x200E, 0x200F},    //
    Range{0x2028, 0x202E},    // ends of lines and paragraphs, embeddings and overrides of direction
    Range{0x2060, 0x206F},    // invisible operators, isolates of direction
    Range{0xFEFF, 0xFEFF},    // a byte order mark
    Range{0xFFF9, 0xFFFB},    // annotations
    Range{0xE0000, 0xE007F},  // tags
};

bool is_hidden(std::string_view character) {
  const uint32_t code = code_point(character);
  return std::ranges::any_of(kHidden, [&](Range range) { return code >= range.first && code <= range.last; });
}

std::string hex_digits(uint32_t value, int digits) {
  std::string text;
  while (digits-- > 0) text += "0123456789abcdef"[value >> static_cast<unsigned>(4 * digits) & 15U];
  return text;
}

std::string shown(std::string_view text, size_t at_most) {
  std::string out;
  for (size_t at = 0, size = 0; at < text.size(); at += size) {
    const size_t found = character_size(text, at);
    size = std::max<size_t>(found, 1);
    std::string piece(text.substr(at, size));
    if (found == 0 || is_hidden(piece)) {
      piece.clear();
      for (size_t i = at; i < at + size; ++i) piece += "\\x" + hex_digits(byte_at(text, i), 2);
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

std::string printable(std::string_view text) {
  return shown(text, std::string_view::npos);
}

std::string excerpt(std::string_view text, size_t at_most) {
  return shown(text, at_most);
}

std::string printable_json(std::string_view json) {
  std::string out;
  for (size_t at = 0, size = 0; at < json.size(); at += size) {
    size = std::max<size_t>(character_size(json, at), 1);
    const std::string_view piece = json.substr(at, size);
    const uint32_t code = code_point(piece);
    if (code == '\n' || !is_hidden(piece)) {  // line ends are between the strings
      out += piece;
    } else if (code < 0x10000) {
      out += "\\u" + hex_digits(code, 4);
    } else {
      out += "\\u" + hex_digits(0xD800 + ((code - 0x10000) >> 10U), 4) + "\\u" +
             hex_digits(0xDC00 + ((code - 0x10000) & 0x3FFU), 4);
    }
  }
  return out;
}

}  // namespace zoo
