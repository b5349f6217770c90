#include "zoo/fetch/present.h"

#include <cstdint>

#include "zoo/base/error.h"
#include "zoo/cache/cache.h"
#include "zoo/cache/expected.h"
#include "zoo/cache/lockfile.h"
#include "zoo/cache/verified.h"

namespace zoo {

namespace fs = std::filesystem;

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
  const fs::path folder = options.directory.empty() ? cache_directory() : options.directory;
  for (const WeightFile& file : record.files) {
    if (auto found = find_present(file, folder, options, note)) return found;
  }
  return std::nullopt;
}

}  // namespace zoo
