#include "apps/cli/data_options.h"

#include <cxxopts.hpp>

namespace zoo::apps {

void add_data_options(cxxopts::Options& options) {
  options.add_options("Lists of pictures")("root", "where the paths in a list begin; else its folder",
                                           cxxopts::value<std::string>(), "DIR")(
      "classes", "a list's or the shards' class names, one a line; else classes.txt beside them",
      cxxopts::value<std::string>(), "FILE");
}

DatasetOptions read_data_options(const cxxopts::ParseResult& flags) {
  DatasetOptions options;
  if (flags.count("root") > 0) options.picture_root = flags["root"].as<std::string>();
  if (flags.count("classes") > 0) options.classes_file = flags["classes"].as<std::string>();
  return options;
}

}  // namespace zoo::apps
