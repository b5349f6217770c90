// Several weights at once.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "zoo/fetch/fetch.h"

namespace zoo::apps {

struct Download {
  std::string name;                                             // of the weight
  std::function<FetchResult(const FetchOptions& options)> get;  // on any thread
};

// Runs them, at most `jobs` at a time, with a progress line each on stderr, and prints on stdout where each
// file lies, in their order. One that fails does not keep the others from arriving; at the end Error of the
// first failure's code is thrown: with its message if there was but one download, else with the names of
// those that failed, each of whose messages stands on stderr. Ctrl-C ends all: Error{interrupted}.
void download_many(const std::vector<Download>& downloads, const FetchOptions& options, int64_t jobs);

}  // namespace zoo::apps
