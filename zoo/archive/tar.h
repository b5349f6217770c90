// The tar container, as far as torch 0.1 used it: plain members in ustar or pax headers. Reference:
// POSIX.1-2001, pax.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/base/bytes.h"

namespace zoo {

struct TarMember {
  std::string_view name;  // without a leading "./"
  uint64_t size = 0;      // as its header says
  ByteSpan data;          // shorter than `size` where the file is cut off
};

// True where the first 512 bytes are a tar header to Python's tarfile, which knows it by its checksum alone
// and which torch.load asks before anything else, zip files excepted.
bool has_tar_header(ByteSpan file);

// All regular files in it. A file that is cut off gives the members whose headers are there. Throws
// Error{corrupt}, also for what programs read in different ways: two members of one name, links, sparse
// files, names and sizes that stand outside the members' own headers.
std::vector<TarMember> read_tar(ByteSpan file);

}  // namespace zoo
