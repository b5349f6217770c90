// The command line of zoo finetune as plain data.
#pragma once

#include "apps/cli/torch_options.h"
#include "zoo/finetune/finetune.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

struct FinetuneFlags {
  FinetuneOptions options;
  TorchOptions torch;
  bool json = false;
};

cxxopts::Options declare_finetune_flags();
// Throws Error{usage} that names the flag, for everything that can be said without looking at a file.
FinetuneFlags read_finetune_flags(const cxxopts::ParseResult& flags);

}  // namespace zoo::apps
