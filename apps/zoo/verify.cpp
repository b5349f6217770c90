// zoo verify: hashes downloaded weights again.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>

#include <cxxopts.hpp>

#include "apps/cli/options.h"
#include "apps/zoo/commands.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/sha256.h"
#include "zoo/cache/cache.h"
#include "zoo/cache/expected.h"
#include "zoo/cache/lockfile.h"
#include "zoo/manifest/manifest.h"

namespace zoo::apps {
namespace {

namespace fs = std::filesystem;

// Prints one line; true if the file is the published one.
bool print_verdict(const WeightRecord& record, const VerifyResult& result) {
  const std::string path = printable(result.path.string()), name = printable(record.name);
  switch (result.verdict) {
    case Verdict::ok:
      std::cout << "ok       " << name << "  " << path << '\n';
      return true;
    case Verdict::ok_prefix_only:
      std::cout << "ok       " << name << "  " << path << "  (of its hash only " << result.expected
                << " is published)\n";
      return true;
    case Verdict::missing:
      std::cout << "missing  " << name << "  " << path << "\n         'zoo download " << name
                << "' gets it.\n";
      return false;
    case Verdict::wrong_size:
    case Verdict::wrong_hash:
      std::cout << "WRONG    " << name << "  " << path << '\n'
                << (result.verdict == Verdict::wrong_size ? "         bytes" : "         sha256")
                << " expected " << result.expected << ",\n"
                << "         got " << result.actual << ". Delete the file, then 'zoo download " << name
                << "' gets it again.\n";
      return false;
  }
  return false;
}

// `verify` prints and returns what it found, unless those who know the file's hash contradict each other.
bool verify_or_tell(const std::string& name, const std::function<bool()>& verify) {
  try {
    return verify();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::hash_mismatch) throw;
    std::cout << "WRONG    " << printable(name) << "\n         " << error.what() << '\n';
    return false;
  }
}

class Verifier {
 public:
  bool verify_operand(const std::string& operand) const {
    std::error_code error;
    const bool is_path = operand.find('/') != std::string::npos && operand.find("://") == std::string::npos;
    if (is_path || fs::is_regular_file(operand, error)) return verify_path(operand);
    const WeightRecord& record = manifest_.get(operand);
    return verify_record(record, cached_path(record));
  }

  bool verify_cache() const {
    bool good = true;
    size_t count = 0;
    for (const auto& [name, entry] : read_lock_file(lock_path(cache_directory()))) {
      std::error_code none;
      const bool there = fs::exists(cache_directory() / name, none);
      if (!there || manifest_.find_by_file_name(name) != nullptr) continue;
      ++count;
      if (!verify_recorded(name)) good = false;
    }
    for (const WeightRecord& record : manifest_.records()) {
      const auto path = cached_path(record);
      if (!fs::exists(path)) continue;
      ++count;
      if (!verify_record(record, path)) good = false;
    }
    if (count == 0)
      std::cerr << "The cache " << printable(cache_directory().string()) << " holds no weights.\n";
    return good;
  }

 private:
  bool verify_record(const WeightRecord& record, const fs::path& path) const {
    return verify_or_tell(record.name,
                          [&] { return print_verdict(record, verify_file(record, path, project_lock_)); });
  }

  bool verify_path(const fs::path& path) const {
    const std::string sha256 = sha256_file(path);
    if (const WeightRecord* record = manifest_.find_by_sha256(sha256)) {
      return verify_or_tell(record->name, [&] {
        const auto file = std::ranges::find(record->files, sha256, &WeightFile::sha256);
        expect(*file, path.parent_path(), project_lock_);
        return print_verdict(*record,
                             {.verdict = Verdict::ok, .path = path, .expected = sha256, .actual = sha256});
      });
    }
    if (const WeightRecord* record = manifest_.find_by_file_name(path.filename().string())) {
      return verify_record(*record, path);
    }
    std::cout << "unknown  " << printable(path.string()) << "\n         sha256 " << sha256
              << ": no published weight has this hash or this file's name.\n";
    return false;
  }

  // What was downloaded by URL or from the hub is known by lock files alone.
  bool verify_recorded(const std::string& name) const {
    return verify_or_tell(name, [&] {
      const fs::path path = cache_directory() / name;
      const std::string expected = expect({.name = name}, cache_directory(), project_lock_).sha256;
      const std::string actual = sha256_file(path);
      if (actual == expected) {
        std::cout << "ok       " << printable(name) << "  " << printable(path.string()) << '\n';
        return true;
      }
      std::cout << "WRONG    " << printable(name) << "  " << printable(path.string())
                << "\n         sha256 expected " << expected << ",\n         got " << actual
                << ". Delete the file, and it is downloaded again.\n";
      return false;
    });
  }

  Manifest manifest_ = Manifest::load_default();
  fs::path project_lock_ = find_project_lock();
};

}  // namespace

int run_verify(const Arguments& arguments) {
  auto options =
      make_options("zoo verify", "[NAME|FILE...] | --all",
                   "Hash weights again and compare with what is published: of all weights in the cache, of\n"
                   "those named, or of files. What a project's lock file says counts as well: see\n"
                   "'zoo lock --help'. Exit status 1 if one is missing, wrong or unknown.");
  options.add_options()("all", "everything in the cache, as without a NAME");
  const auto flags = parse_options(options, arguments);
  const auto names = operands(options, flags,
                              {.at_least = 0,
                               .at_most = flags.count("all") > 0 ? 0 : std::numeric_limits<size_t>::max(),
                               .what = ""});
  const Verifier verifier;
  if (names.empty()) return verifier.verify_cache() ? 0 : 1;
  bool good = true;
  for (const std::string& name : names) {
    if (!verifier.verify_operand(name)) good = false;
  }
  return good ? 0 : 1;
}

}  // namespace zoo::apps
