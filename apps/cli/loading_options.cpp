#include "apps/cli/loading_options.h"

#include <algorithm>
#include <iostream>

#include <cxxopts.hpp>

#include "apps/cli/flag_values.h"
#include "zoo/loader/loader.h"

namespace zoo::apps {

void add_loading_options(cxxopts::Options& options) {
  const auto text = [](const std::string& otherwise) {
    return cxxopts::value<std::string>()->default_value(otherwise);
  };
  auto add = options.add_options("Reading pictures");
  add("bad-images", "stop at a picture that cannot be read, or skip it and say so", text("stop"),
      "stop|skip");
  add("bad-limit", "with --bad-images skip: stop where more than this share is skipped", text("0.01"),
      "SHARE");
  add("allow-truncated", kAllowTruncated);
  add("cache", "keep decoded pictures from epoch to epoch: none, ram or disk", text("none"), "PLACE");
  add("cache-limit", "of all pictures together", text("4G"), "SIZE");
  add("cache-dir", "for --cache disk; otherwise the folder for temporary files",
      cxxopts::value<std::string>(), "DIR");
}

void read_loading_options(const cxxopts::ParseResult& flags, LoaderOptions& loading) {
  const auto text = [&](const char* name) { return flags[name].as<std::string>(); };
  loading.bad_pictures = parse_bad_pictures(text("bad-images"));
  loading.most_bad_share = parse_number("--bad-limit", text("bad-limit"), 0, 1);
  loading.allow_truncated = flags.count("allow-truncated") > 0;
  loading.cache.place = parse_cache_place(text("cache"));
  loading.cache.limit_bytes = parse_size("--cache-limit", text("cache-limit"));
  if (flags.count("cache-dir") > 0) loading.cache.folder = text("cache-dir");
}

void report_bad_pictures(const std::vector<BadPicture>& bad) {
  constexpr size_t kMost = 10;
  if (bad.empty()) return;
  std::cerr << bad.size() << (bad.size() == 1 ? " picture was" : " pictures were") << " left out:\n";
  for (size_t i = 0; i < std::min(bad.size(), kMost); ++i) std::cerr << "  " << bad[i].message << '\n';
  if (bad.size() > kMost) std::cerr << "  and " << bad.size() - kMost << " more\n";
}

}  // namespace zoo::apps
