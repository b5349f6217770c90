// How weights are fetched, and what came of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "zoo/fetch/mirrors.h"
#include "zoo/fetch/network_options.h"

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

struct FetchResult {
  std::filesystem::path path = {};
  std::string sha256 = {};  // of the whole file, 64 hex digits
  bool downloaded = false;  // false: it was on this machine
  std::string note = {};    // e.g. that a full hash was recorded at first use; may be empty
};

}  // namespace zoo
