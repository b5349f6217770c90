// zoo download: gets weights; prints where each one lies. A program of its own: libcurl and what it needs
// take longer to load than `zoo list` to run.
#include <functional>
#include <iostream>
#include <limits>

#include <cxxopts.hpp>

#include "apps/download_progress.h"
#include "apps/options.h"
#include "apps/run_main.h"
#include "zoo/core/cache.h"
#include "zoo/core/manifest.h"

namespace zoo::apps {
namespace {

int run(const std::vector<std::string>& arguments) {
  auto options =
      make_options("zoo download", "NAME... [--to DIR] [--offline] [--trust-prefix]",
                   "Get weights, check them against their published hash, and print where they lie.\n"
                   "What is there already is not fetched again.");
  options.add_options()("to", "a folder instead of the cache", cxxopts::value<std::string>(), "DIR")(
      "offline", "fetch nothing: fail for what is not there yet")(
      "trust-prefix", "accept a file from elsewhere of which only a short hash is published");
  const auto flags = parse_options(options, arguments);
  const auto names = operands(
      options, flags,
      {.at_least = 1, .at_most = std::numeric_limits<size_t>::max(), .what = "the NAME of a weight"});

  const Manifest manifest = Manifest::load_default();
  std::vector<const WeightRecord*> records;  // all are known before the first is fetched
  for (const std::string& name : names) records.push_back(&manifest.get(name));
  for (const WeightRecord* record : records) {
    FetchOptions fetch_options;
    if (flags.count("to") > 0) fetch_options.directory = flags["to"].as<std::string>();
    fetch_options.offline = flags.count("offline") > 0;
    fetch_options.trust_prefix = flags.count("trust-prefix") > 0;
    FetchResult result;
    {
      DownloadProgress progress(record->name);
      fetch_options.progress = std::ref(progress);
      result = fetch(*record, fetch_options);
    }
    if (!result.note.empty()) std::cerr << record->name << ": " << result.note << '\n';
    std::cout << result.path.string() << '\n' << std::flush;
  }
  return 0;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::run);
}
