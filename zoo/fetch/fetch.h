// How weights get into the cache: temporary file, size, SHA-256, sync, rename.
#pragma once

#include "zoo/fetch/fetch_options.h"
#include "zoo/manifest/weight_record.h"

namespace zoo {

// What the user's environment says: the mirrors of $ZOO_MIRROR, and the project's lock file (lockfile.h).
// Throws Error{usage, not_found}.
FetchOptions environment_fetch_options();

// Makes sure that one of the weight's files is there and is the published one, and returns it.
// A file found in the cache is hashed (once: verified.h), a wrong one is replaced; a new one is hashed as it
// arrives. One that is in torch hub's or Hugging Face's cache is linked or copied
// from there. URLs are tried in their order until one gives the right bytes; where nobody has published a
// hash, the hub is asked for its own and the result says so. Any number of processes and threads may fetch
// the same file: one of them transfers it, the others wait. Throws Error{network, hash_mismatch, io,
// not_found, corrupt (the lock file)}; whatever happens, no wrong file ever gets the final name.
FetchResult fetch(const WeightRecord& record, const FetchOptions& options = {});

}  // namespace zoo
