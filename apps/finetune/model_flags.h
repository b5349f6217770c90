// The flags that shape the model that a training starts from.
#pragma once

#include "zoo/finetune/start.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

// Declares --drop, --drop-path, --gp, --output-stride, --zero-init-last, --init, --frozen-stages,
// --norm-eval.
void add_model_options(cxxopts::Options& options);
// Throws Error{usage} that names the flag.
StartOptions read_model_flags(const cxxopts::ParseResult& flags);

}  // namespace zoo::apps
