// Gets the bytes of one URL into a part file: goes on from what is there, tries again what may pass, and
// lets nothing but the expected bytes through.
#pragma once

#include <string>

#include "zoo/cache/expected.h"
#include "zoo/fetch/fetch_options.h"
#include "zoo/fetch/part_file.h"

namespace zoo {

// Returns the SHA-256 of the whole part, which is then complete and as expected. Bytes of an earlier run are
// gone on from if the server still has the same file (Range and If-Range), or, where the full hash is known,
// wherever they came from; they are part of what is hashed, and if they turn out not to fit, the transfer
// starts over, once. Throws Error{network, hash_mismatch, io} and what
// options.progress throws; the part keeps what a later run can use.
std::string receive(PartFile& part, const std::string& url, const Expected& expected,
                    const FetchOptions& options);

}  // namespace zoo
