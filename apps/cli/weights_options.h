// --weights and what belongs to it: which model a command works with, and where its file comes from.
#pragma once

#include <string>

#include "zoo/models/weights.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

// Declares --weights, --arch, --rename, --labels, --offline, --mirror and --trust-prefix.
void add_weights_options(cxxopts::Options& options);

// Downloads with a progress bar on stderr, puts the names of --labels in, and says on stderr what had to be
// assumed. Throws Error{usage} without --weights.
ResolvedWeights read_weights(const cxxopts::ParseResult& flags);

}  // namespace zoo::apps
