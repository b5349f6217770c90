// Where downloaded weights live, and whether they are what was published.
#pragma once

#include <filesystem>
#include <string>

#include "zoo/manifest/manifest.h"

namespace zoo {

// $ZOO_HOME, else $XDG_CACHE_HOME/zoo, else ~/.cache/zoo. Not created.
std::filesystem::path cache_directory();

// Where a file of this record would lie, whether or not it does.
std::filesystem::path cached_path(const WeightRecord& record, const std::filesystem::path& directory = {});
// True if a file of the right size lies there (not hashed: see verify_file).
bool is_cached(const WeightRecord& record, const std::filesystem::path& directory = {});

enum class Verdict { ok, ok_prefix_only, missing, wrong_size, wrong_hash };
struct VerifyResult {
  Verdict verdict = Verdict::missing;
  std::filesystem::path path;
  std::string expected, actual;  // hashes, or sizes in decimal for wrong_size
};
// Re-hashes the whole file. Throws Error{io}, and Error{hash_mismatch} where the manifest, the lock file
// beside the file and the project's (empty = none) contradict each other.
VerifyResult verify_file(const WeightRecord& record, const std::filesystem::path& path,
                         const std::filesystem::path& project_lock = {});

}  // namespace zoo
