// How weights get into the cache: temporary file, size, SHA-256, sync, rename.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "zoo/fetch/download.h"
#include "zoo/fetch/mirrors.h"
#include "zoo/manifest/manifest.h"

namespace zoo {

struct FetchOptions {
  std::filesystem::path directory = {};  // empty = the cache
  bool offline = false;                  // only what is on this machine: the cache and file URLs
  bool trust_prefix = false;  // accept a file of which only a short prefix is published from elsewhere
  // Called while bytes arrive: received so far, and the total or -1. May throw to stop.
  std::function<void(int64_t received, int64_t total)> progress = {};
  // Called with what goes on meanwhile and is worth a line: a failure, and when it is tried again.
  std::function<void(const std::string& line)> notice = {};
  NetworkOptions network = {};
  std::vector<Mirror> mirrors = {};         // asked before the record's own URLs
  std::filesystem::path project_lock = {};  // a further lock file, whose hashes are binding too; empty = none
};

// What the user's environment says: the mirrors of $ZOO_MIRROR, and the project's lock file (lockfile.h).
// Throws Error{usage, not_found}.
FetchOptions environment_fetch_options();

struct FetchResult {
  std::filesystem::path path = {};
  std::string sha256 = {};  // of the whole file, 64 hex digits
  bool downloaded = false;  // false: it was on this machine
  std::string note = {};    // e.g. that a full hash was recorded at first use; may be empty
};

// Makes sure that one of the weight's files is there and is the published one, and returns it.
// A file found in the cache is hashed (once: verified.h), a wrong one is replaced; a new one is hashed as it
// arrives. One that is in torch hub's or Hugging Face's cache is linked or copied
// from there. URLs are tried in their order until one gives the right bytes; where nobody has published a
// hash, the hub is asked for its own and the result says so. Any number of processes and threads may fetch
// the same file: one of them transfers it, the others wait. Throws Error{network, hash_mismatch, io,
// not_found, corrupt (the lock file)}; whatever happens, no wrong file ever gets the final name.
FetchResult fetch(const WeightRecord& record, const FetchOptions& options = {});

}  // namespace zoo
