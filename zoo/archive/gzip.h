// What a gzip file begins with when it is inflated; enough to say what is in it.
#pragma once

#include <string>

#include "zoo/base/bytes.h"

namespace zoo {

// At most `size` bytes; fewer, or none, where the file is damaged. Reference: RFC 1952.
std::string gzip_prefix(ByteSpan file, size_t size);

}  // namespace zoo
