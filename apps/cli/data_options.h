// The flags of commands that open a data set: what cannot be seen from what lies there.
#pragma once

#include "zoo/datasets/dataset.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

void add_data_options(cxxopts::Options& options);
DatasetOptions read_data_options(const cxxopts::ParseResult& flags);

}  // namespace zoo::apps
