// zoo verify: hashes downloaded weights again.
#include <filesystem>
#include <iostream>
#include <limits>

#include <cxxopts.hpp>

#include "apps/commands.h"
#include "apps/options.h"
#include "zoo/core/cache.h"
#include "zoo/core/error.h"
#include "zoo/core/lockfile.h"
#include "zoo/core/manifest.h"
#include "zoo/core/sha256.h"

namespace zoo::apps {
namespace {

// Prints one line; true if the file is the published one.
bool print_verdict(const WeightRecord& record, const VerifyResult& result) {
  const std::string path = result.path.string();
  switch (result.verdict) {
    case Verdict::ok:
      std::cout << "ok       " << record.name << "  " << path << '\n';
      return true;
    case Verdict::ok_prefix_only:
      std::cout << "ok       " << record.name << "  " << path << "  (only the first "
                << result.expected.size() << " digits of its hash are published)\n";
      return true;
    case Verdict::missing:
      std::cout << "missing  " << record.name << "  " << path << "\n         'zoo download " << record.name
                << "' gets it.\n";
      return false;
    case Verdict::wrong_size:
    case Verdict::wrong_hash:
      std::cout << "WRONG    " << record.name << "  " << path << '\n'
                << (result.verdict == Verdict::wrong_size ? "         bytes" : "         sha256")
                << " expected " << result.expected << ",\n"
                << "         got " << result.actual << ". Delete the file, then 'zoo download " << record.name
                << "' gets it again.\n";
      return false;
  }
  return false;
}

bool verify_path(const Manifest& manifest, const std::filesystem::path& path) {
  const std::string sha256 = sha256_file(path);
  if (const WeightRecord* record = manifest.find_by_sha256(sha256)) {
    return print_verdict(*record,
                         {.verdict = Verdict::ok, .path = path, .expected = sha256, .actual = sha256});
  }
  if (const WeightRecord* record = manifest.find_by_file_name(path.filename().string())) {
    return print_verdict(*record, verify_file(*record, path));
  }
  std::cout << "unknown  " << path.string() << "\n         sha256 " << sha256
            << ": no published weight has this hash or this file's name.\n";
  return false;
}

bool verify_operand(const Manifest& manifest, const std::string& operand) {
  std::error_code error;
  const bool is_path = operand.find('/') != std::string::npos && operand.find("://") == std::string::npos;
  if (is_path || std::filesystem::is_regular_file(operand, error)) return verify_path(manifest, operand);
  const WeightRecord& record = manifest.get(operand);
  return print_verdict(record, verify_file(record, cached_path(record)));
}

// What was downloaded by URL or from the hub is known by the lock file alone.
bool verify_recorded(const std::string& name, const LockEntry& entry) {
  const std::filesystem::path path = cache_directory() / name;
  const std::string actual = sha256_file(path);
  if (actual == entry.sha256) {
    std::cout << "ok       " << name << "  " << path.string() << '\n';
    return true;
  }
  std::cout << "WRONG    " << name << "  " << path.string() << "\n         sha256 expected " << entry.sha256
            << ",\n         got " << actual << ". Delete the file, and it is downloaded again.\n";
  return false;
}

bool verify_cache(const Manifest& manifest) {
  bool good = true;
  size_t count = 0;
  for (const auto& [name, entry] : read_lock_file(lock_path(cache_directory()))) {
    std::error_code none;
    const bool there = std::filesystem::exists(cache_directory() / name, none);
    if (!there || manifest.find_by_file_name(name) != nullptr) continue;
    ++count;
    if (!verify_recorded(name, entry)) good = false;
  }
  for (const WeightRecord& record : manifest.records()) {
    const auto path = cached_path(record);
    if (!std::filesystem::exists(path)) continue;
    ++count;
    if (!print_verdict(record, verify_file(record, path))) good = false;
  }
  if (count == 0) std::cerr << "The cache " << cache_directory().string() << " holds no weights.\n";
  return good;
}

}  // namespace

int run_verify(const Arguments& arguments) {
  auto options =
      make_options("zoo verify", "[NAME|FILE...] | --all",
                   "Hash weights again and compare with what is published: of all weights in the cache, of\n"
                   "those named, or of files. Exit status 1 if one is missing, wrong or unknown.");
  options.add_options()("all", "everything in the cache, as without a NAME");
  const auto flags = parse_options(options, arguments);
  const auto names = operands(options, flags,
                              {.at_least = 0,
                               .at_most = flags.count("all") > 0 ? 0 : std::numeric_limits<size_t>::max(),
                               .what = ""});
  const Manifest manifest = Manifest::load_default();
  if (names.empty()) return verify_cache(manifest) ? 0 : 1;
  bool good = true;
  for (const std::string& name : names) {
    if (!verify_operand(manifest, name)) good = false;
  }
  return good ? 0 : 1;
}

}  // namespace zoo::apps
