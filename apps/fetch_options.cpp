#include "apps/fetch_options.h"

#include <system_error>
#include <vector>

#include <cxxopts.hpp>

#include "zoo/core/environment.h"
#include "zoo/core/error.h"
#include "zoo/core/lockfile.h"

namespace zoo::apps {
namespace {

namespace fs = std::filesystem;

fs::path project_lock() {
  std::error_code none;
  if (const auto chosen = environment("ZOO_LOCK")) {
    if (fs::is_regular_file(*chosen, none)) return *chosen;
    throw Error(ErrorCode::not_found, *chosen, "no such file, though ZOO_LOCK names it",
                "'zoo lock --out FILE' writes one.");
  }
  const fs::path here = lock_path("");
  return fs::is_regular_file(here, none) ? here : fs::path();
}

}  // namespace

void add_fetch_options(cxxopts::Options& options, const std::string& group) {
  auto add = options.add_options(group);
  add("offline", "download nothing: only what is on this machine");
  add("mirror",
      "where else files are: FROM=TO for the beginning of URLs, or a folder or URL with all of them",
      cxxopts::value<std::vector<std::string>>(), "MIRROR");
  add("trust-prefix", "accept a file from elsewhere of which only a short hash is published");
}

FetchOptions read_fetch_options(const cxxopts::ParseResult& flags) {
  FetchOptions options;
  options.offline = flags.count("offline") > 0;
  options.trust_prefix = flags.count("trust-prefix") > 0;
  if (flags.count("mirror") > 0) {
    for (const std::string& text : flags["mirror"].as<std::vector<std::string>>()) {
      options.mirrors.push_back(parse_mirror(text));
    }
  }
  for (Mirror& mirror : environment_mirrors()) options.mirrors.push_back(std::move(mirror));
  options.project_lock = project_lock();
  return options;
}

}  // namespace zoo::apps
