// zoo download: gets weights; prints where each one lies. A program of its own: libcurl and what it needs
// take longer to load than `zoo list` to run.
#include <limits>

#include <cxxopts.hpp>

#include "apps/cli/fetch_options.h"
#include "apps/cli/flag_values.h"
#include "apps/cli/options.h"
#include "apps/cli/run_main.h"
#include "apps/download/download_many.h"
#include "zoo/base/error.h"
#include "zoo/base/url.h"
#include "zoo/fetch/fetch.h"
#include "zoo/fetch/hub.h"
#include "zoo/fetch/mirrors.h"
#include "zoo/fetch/unlisted.h"
#include "zoo/manifest/license.h"
#include "zoo/manifest/manifest.h"

namespace zoo::apps {
namespace {

constexpr int64_t kJobs = 4, kMostJobs = 64;

// Whoever gets new bytes is told what may be done with them.
FetchResult with_license(FetchResult result, const std::string& license) {
  if (result.downloaded) result.note += (result.note.empty() ? "" : "; ") + license_line(license);
  return result;
}

// `name` is what the user calls it.
Download of_record(const WeightRecord& record, const std::string& name) {
  return {.name = record.name, .get = [&record, name](FetchOptions options) {
            add_given_url(name, record, options.mirrors);
            return with_license(fetch(record, options), record.license);
          }};
}

Download of_hub(const HubName& name) {
  return {.name = name.text(), .get = [name](const FetchOptions& options) {
            const FetchResult result = fetch_hub_model(name, options).weights;
            return result.downloaded ? with_license(result, hub_license(name, options.network)) : result;
          }};
}

Download of_url(const std::string& url) {
  return {.name = url, .get = [url](const FetchOptions& options) {
            return with_license(fetch_unlisted(url, file_of_url(url, options), options), "");
          }};
}

Download download_of(const std::string& name, const Manifest& manifest) {
  if (is_hub_name(name)) return of_hub(parse_hub_name(name));
  const WeightRecord* record = manifest.find(name);
  if (record == nullptr && is_url(name)) return of_url(name);
  return of_record(record != nullptr ? *record : manifest.get(name), name);
}

int run(const std::vector<std::string>& arguments) {
  auto options =
      make_options("zoo download", "NAME... | --all [--to DIR] [--jobs N] [--mirror MIRROR]... [--offline]",
                   "Get weights, check them against their published hash, and print where they lie.\n"
                   "A NAME is one of 'zoo list', a URL (with #sha256=... where you know it) or\n"
                   "hf:OWNER/REPO[@REVISION]. What is there already is not fetched again; what was cut\n"
                   "off goes on. DIR of --all --to DIR serves other machines as a --mirror.");
  options.add_options()("all", "all published weights")("to", "a folder instead of the cache",
                                                        cxxopts::value<std::string>(), "DIR")(
      "jobs", "so many files at once (4)", cxxopts::value<std::string>(), "N");
  add_fetch_options(options);
  const auto flags = parse_options(options, arguments);
  const bool all = flags.count("all") > 0;
  const auto names = operands(options, flags,
                              {.at_least = all ? 0UL : 1UL,
                               .at_most = all ? 0UL : std::numeric_limits<size_t>::max(),
                               .what = "the NAME of a weight"});
  const int64_t jobs = flags.count("jobs") > 0
                           ? parse_integer("--jobs", flags["jobs"].as<std::string>(), 1, kMostJobs)
                           : kJobs;

  const Manifest manifest = Manifest::load_default();
  std::vector<Download> downloads;  // all are known before the first is fetched
  if (all) {
    for (const WeightRecord& record : manifest.records()) downloads.push_back(of_record(record, record.name));
  }
  for (const std::string& name : names) downloads.push_back(download_of(name, manifest));
  FetchOptions fetch_options = read_fetch_options(flags);
  if (flags.count("to") > 0) fetch_options.directory = flags["to"].as<std::string>();
  download_many(downloads, fetch_options, jobs);
  return 0;
}

}  // namespace
}  // namespace zoo::apps

int main(int argc, char** argv) {
  return zoo::apps::run_main(argc, argv, zoo::apps::run);
}
