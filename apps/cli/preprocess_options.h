// The flags that override a weight's preprocessing: --image-size, --resize, --interpolation, --mean, --std.
#pragma once

#include "zoo/manifest/preprocess_choice.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

void add_preprocess_options(cxxopts::Options& options);

// Throw Error{usage} that names the flag.
PreprocessChoice read_preprocess_choice(const cxxopts::ParseResult& flags);
Preprocess override_preprocess(Preprocess preprocess, const cxxopts::ParseResult& flags);

}  // namespace zoo::apps
