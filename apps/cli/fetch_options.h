// The flags that say where files may come from, which all commands that download have in common.
#pragma once

#include <string>

#include "zoo/fetch/fetch.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

// Declares --offline, --mirror and --trust-prefix.
void add_fetch_options(cxxopts::Options& options, const std::string& group = {});

// Those, and environment_fetch_options(). Throws Error{usage, not_found}.
FetchOptions read_fetch_options(const cxxopts::ParseResult& flags);

}  // namespace zoo::apps
