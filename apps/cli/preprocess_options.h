// The flags that override a weight's preprocessing: --image-size, --resize, --interpolation, --mean, --std.
#pragma once

#include "zoo/manifest/preprocess.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

void add_preprocess_options(cxxopts::Options& options);

// `preprocess` with what the flags say. --image-size alone keeps the ratio of resize to crop; where the
// weight does not resize, the picture's short edge becomes the image size. Throws Error{usage} that names the
// flag.
Preprocess override_preprocess(Preprocess preprocess, const cxxopts::ParseResult& flags);

}  // namespace zoo::apps
