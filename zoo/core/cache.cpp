#include "zoo/core/cache.h"

#include <algorithm>
#include <system_error>

#include "zoo/core/environment.h"
#include "zoo/core/error.h"
#include "zoo/core/expected.h"
#include "zoo/core/lockfile.h"
#include "zoo/core/sha256.h"
#include "zoo/core/verified.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

fs::path folder_or_cache(const fs::path& directory) {
  return directory.empty() ? cache_directory() : directory;
}

bool has_right_size(const WeightFile& file, const fs::path& path) {
  const int64_t size = size_of(path);
  return size >= 0 && (file.bytes < 0 || size == file.bytes);
}

}  // namespace

fs::path cache_directory() {
  if (const auto home = environment("ZOO_HOME")) return *home;
  if (const auto cache = user_cache_folder()) return *cache / "zoo";
  throw Error(ErrorCode::not_found, "", "no folder for downloads: neither ZOO_HOME nor HOME is set",
              "Set ZOO_HOME to a folder of your choice.");
}

fs::path cached_path(const WeightRecord& record, const fs::path& directory) {
  const fs::path folder = folder_or_cache(directory);
  for (const WeightFile& file : record.files) {
    if (has_right_size(file, folder / file.name)) return folder / file.name;
  }
  return folder / record.file().name;
}

bool is_cached(const WeightRecord& record, const fs::path& directory) {
  const fs::path folder = folder_or_cache(directory);
  return std::ranges::any_of(
      record.files, [&](const WeightFile& file) { return has_right_size(file, folder / file.name); });
}

std::optional<FetchResult> find_present(const WeightFile& file, const fs::path& folder,
                                        const FetchOptions& options, std::string& note) {
  const fs::path path = folder / file.name;
  const int64_t size = size_of(path);
  if (size < 0) return std::nullopt;
  const std::optional<LockEntry> lock = read_lock(folder, file.name);
  const Expected expected = expect(file, folder, options.project_lock);
  if (expected.bytes >= 0 && size != expected.bytes) {
    note = path.string() + " had " + std::to_string(size) + " bytes instead of " +
           std::to_string(expected.bytes);
    return std::nullopt;
  }
  const std::string actual = verified_sha256(folder, file.name);
  if (!expected.matches(actual)) {
    note = path.string() + " had SHA-256 " + actual + " instead of " + expected.hash_text();
    return std::nullopt;
  }
  if (lock) return FetchResult{.path = path, .sha256 = actual};

  // Somebody else put it here.
  if (expected.sha256.empty() && !options.trust_prefix) {
    throw Error(ErrorCode::hash_mismatch, path.string(),
                "was not downloaded by zoo, and " + what_is_published(file) + " (its own is " + actual + ")",
                "Delete it to download it again, or accept it with --trust-prefix.");
  }
  FetchResult result{.path = path, .sha256 = actual};
  if (expected.sha256.empty()) result.note = first_use_note(file, actual, folder);
  try {
    write_lock(folder, file.name, {.sha256 = actual, .bytes = size});
  } catch (const Error& error) {
    // A cache that may only be read: the hash is computed again next time.
    if (error.code() != ErrorCode::io) throw;
  }
  return result;
}

std::optional<FetchResult> find_present(const WeightRecord& record, const FetchOptions& options,
                                        std::string& note) {
  const fs::path folder = folder_or_cache(options.directory);
  for (const WeightFile& file : record.files) {
    if (auto found = find_present(file, folder, options, note)) return found;
  }
  return std::nullopt;
}

VerifyResult verify_file(const WeightRecord& record, const fs::path& path, const fs::path& project_lock) {
  VerifyResult result{.verdict = Verdict::missing, .path = path, .expected = {}, .actual = {}};
  const int64_t size = size_of(path);
  if (size < 0) return result;
  const auto named = std::ranges::find(record.files, path.filename().string(), &WeightFile::name);
  const WeightFile& file = named == record.files.end() ? record.file() : *named;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Expected expected = expect(file, folder, project_lock);
  if (expected.bytes >= 0 && size != expected.bytes) {
    result.verdict = Verdict::wrong_size;
    result.expected = std::to_string(expected.bytes);
    result.actual = std::to_string(size);
    return result;
  }
  result.expected = expected.hash_text();
  result.actual = sha256_file(path);
  result.verdict = !expected.matches(result.actual) ? Verdict::wrong_hash
                   : expected.sha256.empty()        ? Verdict::ok_prefix_only
                                                    : Verdict::ok;
  return result;
}

}  // namespace zoo
