#include "zoo/core/expected.h"

#include <system_error>

#include "zoo/core/error.h"

namespace zoo {

namespace fs = std::filesystem;

int64_t size_of(const fs::path& path) {
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) return -1;
  const auto size = fs::file_size(path, failed);
  return failed ? -1 : static_cast<int64_t>(size);
}

Expected expect(const WeightFile& file, const std::optional<LockEntry>& lock, const fs::path& folder) {
  Expected expected{.sha256 = file.sha256, .prefix = file.sha256_prefix, .bytes = file.bytes};
  if (!lock) return expected;
  if (!expected.matches(lock->sha256) || (file.bytes >= 0 && lock->bytes != file.bytes)) {
    throw Error(ErrorCode::hash_mismatch, lock_path(folder).string(),
                "'" + file.name + "' is recorded with SHA-256 " + lock->sha256 + " and " +
                    std::to_string(lock->bytes) + " bytes, the manifest says " + expected.hash_text() +
                    (file.bytes >= 0 ? " and " + std::to_string(file.bytes) + " bytes" : ""),
                "Delete that entry if the manifest is the one to believe.");
  }
  expected.sha256 = lock->sha256;
  expected.bytes = lock->bytes;
  return expected;
}

std::string what_is_published(const WeightFile& file) {
  return file.sha256_prefix.empty() ? "no SHA-256 of it is published"
                                    : "only the first " + std::to_string(file.sha256_prefix.size()) +
                                          " digits of its SHA-256 are published";
}

}  // namespace zoo
