// What a file is, by its first bytes; its name is not looked at.
#pragma once

#include <optional>

#include "zoo/base/bytes.h"
#include "zoo/checkpoint/open_options.h"
#include "zoo/checkpoint/value.h"

namespace zoo {

// The format of a readable file. Throws Error{unsupported, corrupt} that says what the file is instead, as
// far as that can be seen, and what to do.
Format sniff(ByteSpan file);

// True for the integer 0x1950a86a20f9469cfc6c with which torch's legacy files begin.
bool is_legacy_magic(const Value& value);

}  // namespace zoo
