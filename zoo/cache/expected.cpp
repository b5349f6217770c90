#include "zoo/cache/expected.h"

#include <system_error>

#include "zoo/base/error.h"

namespace zoo {

namespace fs = std::filesystem;

int64_t size_of(const fs::path& path) {
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) return -1;
  const auto size = fs::file_size(path, failed);
  return failed ? -1 : static_cast<int64_t>(size);
}

namespace {

// Completes `expected`, which is the word of `by`.
void add_lock(Expected& expected, std::string& by, const fs::path& lock_file, const std::string& name) {
  const LockEntries entries = read_lock_file(lock_file);
  const auto found = entries.find(name);
  if (found == entries.end()) return;
  const LockEntry& lock = found->second;
  if (!expected.matches(lock.sha256) || (expected.bytes >= 0 && lock.bytes != expected.bytes)) {
    throw Error(ErrorCode::hash_mismatch, lock_file.string(),
                "'" + name + "' is recorded with SHA-256 " + lock.sha256 + " and " +
                    std::to_string(lock.bytes) + " bytes, " + by + " says " + expected.hash_text() +
                    (expected.bytes >= 0 ? " and " + std::to_string(expected.bytes) + " bytes" : ""),
                "Delete that entry if " + by + " is the one to believe.");
  }
  expected.sha256 = lock.sha256;
  expected.bytes = lock.bytes;
  by = lock_file.string();
}

}  // namespace

Expected expect(const WeightFile& file, const fs::path& folder, const fs::path& project_lock) {
  Expected expected{.sha256 = file.sha256, .prefix = file.sha256_prefix, .bytes = file.bytes};
  std::string by = "the manifest";
  add_lock(expected, by, lock_path(folder), file.name);
  if (!project_lock.empty()) add_lock(expected, by, project_lock, file.name);
  return expected;
}

std::string what_is_published(const WeightFile& file) {
  return file.sha256_prefix.empty() ? "no SHA-256 of it is published"
                                    : "only the first " + std::to_string(file.sha256_prefix.size()) +
                                          " digits of its SHA-256 are published";
}

std::string first_use_note(const WeightFile& file, const std::string& sha256, const fs::path& folder) {
  return what_is_published(file) + "; its full SHA-256 " + sha256 + " is recorded in " +
         lock_path(folder).string();
}

std::string hub_note(const std::string& commit, const std::string& sha256, const fs::path& folder) {
  return "of commit " + commit + "; the SHA-256 that the hub gives, " + sha256 + ", is recorded in " +
         lock_path(folder).string();
}

}  // namespace zoo
