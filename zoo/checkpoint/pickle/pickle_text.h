// The number and string notations of the text protocols 0 and 1, and integers of any length.
#pragma once

#include <string>
#include <string_view>

#include "zoo/base/bytes.h"
#include "zoo/checkpoint/value.h"

namespace zoo {

// A string where the bytes are UTF-8, Bytes where they are not.
Value text_value(std::string_view text);

// All throw Error{corrupt}.
Value parse_integer(std::string_view text);  // decimal, at most 1024 digits
Value parse_integer(ByteSpan bytes);         // little-endian two's complement, at most 1024 bytes
// The other way for integers beyond 64 bits, decimal or 0x...: little-endian two's complement.
std::string integer_bytes(std::string_view text);
double parse_float(std::string_view text);
std::string parse_quoted(std::string_view text);       // 'a\x00b' as Python 2's repr writes it
std::string parse_raw_unicode(std::string_view text);  // Latin-1 with \uXXXX and \UXXXXXXXX, to UTF-8
// UTF-8 of code points below 256 back to single bytes; what `_codecs.encode(text, 'latin1')` means.
std::string to_latin1(std::string_view text);

}  // namespace zoo
