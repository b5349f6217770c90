#include "apps/cli/fetch_options.h"

#include <vector>

#include <cxxopts.hpp>

namespace zoo::apps {
void add_fetch_options(cxxopts::Options& options, const std::string& group) {
  auto add = options.add_options(group);
  add("offline", "download nothing: only what is on this machine");
  add("mirror",
      "where else files are: FROM=TO for the beginning of URLs, or a folder or URL with all of them",
      cxxopts::value<std::vector<std::string>>(), "MIRROR");
  add("trust-prefix", "accept a file from elsewhere of which only a short hash is published");
}

FetchOptions read_fetch_options(const cxxopts::ParseResult& flags) {
  FetchOptions options = environment_fetch_options();
  options.offline = flags.count("offline") > 0;
  options.trust_prefix = flags.count("trust-prefix") > 0;
  if (flags.count("mirror") > 0) {
    std::vector<Mirror> mirrors;  // asked before those of the environment
    for (const std::string& text : flags["mirror"].as<std::vector<std::string>>()) {
      mirrors.push_back(parse_mirror(text));
    }
    options.mirrors.insert(options.mirrors.begin(), mirrors.begin(), mirrors.end());
  }
  return options;
}

}  // namespace zoo::apps
