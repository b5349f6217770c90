// The tar container, as far as torch 0.1 used it: plain members in ustar or pax headers. Reference:
// POSIX.1-2001, pax.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/checkpoint/bytes.h"

namespace zoo {

struct TarMember {
  std::string_view name;  // without a leading "./"
  uint64_t size = 0;      // as its header says
  ByteSpan data;          // shorter than `size` where the file is cut off
};

// All regular files in it. A file that is cut off gives the members whose headers are there. Throws
// Error{corrupt}.
std::vector<TarMember> read_tar(ByteSpan file);

}  // namespace zoo
