// zoo lock: writes the lock file that a project keeps, so that everybody gets the same bytes.
#include <iostream>
#include <limits>

#include <cxxopts.hpp>

#include "apps/cli/options.h"
#include "apps/zoo/commands.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/url.h"
#include "zoo/cache/cache.h"
#include "zoo/cache/hub_name.h"
#include "zoo/cache/lockfile.h"
#include "zoo/manifest/manifest.h"

namespace zoo::apps {
namespace {

[[noreturn]] void refuse_unknown(const std::string& name) {
  throw Error(ErrorCode::not_found, name, "its full SHA-256 is not known yet",
              "'zoo download " + name + "' gets it and records it.");
}

void add_matching(const std::string& name, const LockEntries& recorded, const std::string& begin,
                  LockEntries& lock) {
  bool found = false;
  for (const auto& [file, entry] : recorded) {
    if (!file.starts_with(begin)) continue;
    lock[file] = entry;
    found = true;
  }
  if (!found) refuse_unknown(name);
}

// What is recorded of its files, and what the manifest says without that.
void add_record(const WeightRecord& record, const LockEntries& recorded, LockEntries& lock) {
  bool found = false;
  for (const WeightFile& file : record.files) {
    const auto entry = recorded.find(file.name);
    if (entry != recorded.end()) {
      lock[file.name] = entry->second;
    } else if (!file.sha256.empty() && file.bytes >= 0) {
      lock[file.name] = {.sha256 = file.sha256, .bytes = file.bytes};
    } else {
      continue;
    }
    found = true;
  }
  if (!found) refuse_unknown(record.name);
}

LockEntries lock_of(const std::vector<std::string>& names, const LockEntries& recorded) {
  const Manifest manifest = Manifest::load_default();
  LockEntries lock;
  for (const std::string& name : names) {
    const bool on_hub = is_hub_name(name);
    const WeightRecord* record = on_hub ? nullptr : manifest.find(name);
    if (on_hub) {
      add_matching(name, recorded, hub_cache_folder(parse_hub_name(name)), lock);
    } else if (record == nullptr && is_url(name)) {
      add_matching(name, recorded, url_cache_name(name), lock);
    } else {
      add_record(record != nullptr ? *record : manifest.get(name), recorded, lock);
    }
  }
  return lock;
}

}  // namespace

int run_lock(const Arguments& arguments) {
  auto options =
      make_options("zoo lock", "[NAME...] [--out FILE]",
                   "Write weights.lock.json, with the full SHA-256 of the weights named, or of all\n"
                   "that is in the cache. Keep it in your repository: commands that run in its\n"
                   "folder, or with ZOO_LOCK set to it, take nothing else for these weights. What\n"
                   "it says already stays.");
  options.add_options()("out", "the file (weights.lock.json)", cxxopts::value<std::string>(), "FILE");
  const auto flags = parse_options(options, arguments);
  const auto names =
      operands(options, flags, {.at_least = 0, .at_most = std::numeric_limits<size_t>::max(), .what = ""});
  const std::filesystem::path path =
      flags.count("out") > 0 ? std::filesystem::path(flags["out"].as<std::string>()) : lock_path("");
  const LockEntries recorded = read_lock_file(lock_path(cache_directory()));
  LockEntries lock = read_lock_file(path);
  for (const auto& [file, entry] : names.empty() ? recorded : lock_of(names, recorded)) {
    const auto [known, added] = lock.emplace(file, entry);
    if (added || known->second == entry) continue;
    throw Error(
        ErrorCode::hash_mismatch, path.string(),
        "'" + file + "' is recorded with SHA-256 " + known->second.sha256 + ", the cache has " + entry.sha256,
        "Delete that entry if the cache is the one to believe.");
  }
  write_lock_file(path, lock);
  std::cout << printable(path.string()) << '\n';
  return 0;
}

}  // namespace zoo::apps
