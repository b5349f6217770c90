#include "zoo/checkpoint/pickle/pickle_text.h"

#include <charconv>
#include <cstdint>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr size_t kMaxIntegerLength = 1024;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

Value big_integer(std::string text) {
  return Value::opaque({.class_name = "builtins.int", .args = Value::tuple({Value(std::move(text))})});
}

void append_utf8(std::string& out, uint32_t code) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// The number that `digits` hexadecimal digits at `at` make.
uint32_t hex_escape(std::string_view text, size_t at, size_t digits) {
  uint32_t code = 0;
  if (text.size() - at < digits) fail("a text ends inside an escape");
  const char* end = text.data() + at + digits;
  const auto [stop, error] = std::from_chars(text.data() + at, end, code, 16);
  if (error != std::errc() || stop != end) fail("a text has a bad escape");
  return code;
}

}  // namespace

Value text_value(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  return Bytes{std::string(text)};
}

Value parse_integer(std::string_view text) {
  if (!text.empty() && text.back() == 'L') text.remove_suffix(1);
  const bool negative = !text.empty() && text.front() == '-';
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || digits.size() > kMaxIntegerLength ||
      digits.find_first_not_of("0123456789") != std::string_view::npos) {
    fail("'" + excerpt(text, 40) + "' is not an integer");
  }
  int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec == std::errc()) return number;
  return big_integer(std::string(text));
}

Value parse_integer(ByteSpan bytes) {
  if (bytes.empty()) return int64_t{0};
  const bool negative = std::to_integer<int>(bytes.back()) >= 0x80;
  if (bytes.size() <= 8) {
    uint64_t number = negative ? ~uint64_t{0} : 0;
    for (size_t i = bytes.size(); i-- > 0;) number = number << 8 | std::to_integer<uint64_t>(bytes[i]);
    return static_cast<int64_t>(number);
  }
  if (bytes.size() > kMaxIntegerLength) fail("an integer of " + std::to_string(bytes.size()) + " bytes");
  // The magnitude of a negative number is its complement plus one.
  std::string magnitude(bytes.size(), '\0');
  unsigned carry = negative ? 1 : 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const unsigned byte = (std::to_integer<unsigned>(bytes[i]) ^ (negative ? 0xFFU : 0U)) + carry;
    magnitude[i] = static_cast<char>(byte & 0xFF);
    carry = byte >> 8;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (size_t i = magnitude.size(); i-- > 0;) {
    const auto byte = static_cast<unsigned char>(magnitude[i]);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  hex.erase(0, std::min(hex.find_first_not_of('0'), hex.size() - 1));
  return big_integer((negative ? "-0x" : "0x") + hex);
}

std::string integer_bytes(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  std::string bytes(1, '\0');
  for (const char c : text) {
    int digit = 0;
    if (std::from_chars(&c, &c + 1, digit, hex ? 16 : 10).ec != std::errc())
      fail("'" + excerpt(text, 40) + "' is not an integer");
    auto carry = static_cast<unsigned>(digit);
    for (char& byte : bytes) {
      carry += static_cast<unsigned char>(byte) * (hex ? 16U : 10U);
      byte = static_cast<char>(carry & 0xFF);
      carry >>= 8;
    }
    if (carry != 0) bytes += static_cast<char>(carry);
  }
  bytes += '\0';  // room for the sign
  if (!negative) return bytes;
  unsigned carry = 1;
  for (char& byte : bytes) {
    carry += static_cast<unsigned char>(byte) ^ 0xFFU;
    byte = static_cast<char>(carry & 0xFF);
    carry >>= 8;
  }
  return bytes;
}

double parse_float(std::string_view text) {
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument || stop != text.data() + text.size()) {
    fail("'" + excerpt(text, 40) + "' is not a number");
  }
  return number;
}

std::string parse_quoted(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back() || (text.front() != '\'' && text.front() != '"')) {
    fail("a string without its quotes");
  }
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) fail("a text ends inside an escape");
    switch (text[i]) {
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '\\':
      case '\'':
      case '"':
        out += text[i];
        break;
      case 'x':
        out += static_cast<char>(hex_escape(text, i + 1, 2));
        i += 2;
        break;
      default:
        fail("a text has a bad escape");
    }
  }
  return out;
}

std::string parse_raw_unicode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size();
    if (escaped && (text[i + 1] == 'u' || text[i + 1] == 'U')) {
      const size_t digits = text[i + 1] == 'u' ? 4 : 8;
      const uint32_t code = hex_escape(text, i + 2, digits);
      if (code > 0x10FFFF) fail("a text has a bad escape");
      append_utf8(out, code);
      i += 1 + digits;
    } else {
      append_utf8(out, static_cast<unsigned char>(text[i]));
    }
  }
  return out;
}

std::string to_latin1(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      out += text[i];
    } else if ((lead == 0xC2 || lead == 0xC3) && i + 1 < text.size()) {
      out += static_cast<char>((lead & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3F));
    } else {
      fail("bytes that are not Latin-1");
    }
  }
  return out;
}

}  // namespace zoo
