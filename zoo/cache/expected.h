// What is known of a file's bytes before they are read: the manifest's word, completed by the lock files'.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "zoo/cache/lockfile.h"
#include "zoo/manifest/manifest.h"

namespace zoo {

struct Expected {
  std::string sha256;  // full, or empty
  std::string prefix;  // or empty
  int64_t bytes = -1;

  bool matches(const std::string& actual) const {
    return sha256.empty() ? actual.starts_with(prefix) : actual == sha256;
  }
  std::string hash_text() const { return sha256.empty() ? prefix + "..." : sha256; }
};

// By the manifest, the lock file in `folder` and the project's, where these are and mention the file. Throws
// Error{hash_mismatch} where they disagree, Error{io, corrupt} where one cannot be read.
Expected expect(const WeightFile& file, const std::filesystem::path& folder,
                const std::filesystem::path& project_lock = {});
// "only the first 8 digits of its SHA-256 are published".
std::string what_is_published(const WeightFile& file);
// "...; its full SHA-256 H is recorded in FOLDER/weights.lock.json", of one whose hash is not published.
std::string first_use_note(const WeightFile& file, const std::string& sha256,
                           const std::filesystem::path& folder);
// "of commit C; the SHA-256 that the hub gives, H, is recorded in FOLDER/weights.lock.json".
std::string hub_note(const std::string& commit, const std::string& sha256,
                     const std::filesystem::path& folder);
// -1 if it is not there or no regular file.
int64_t size_of(const std::filesystem::path& path);

}  // namespace zoo
