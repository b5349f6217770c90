// weights.lock.json: the full SHA-256 of every file that was downloaded into a folder, recorded at the first
// good download and binding from then on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace zoo {

struct LockEntry {
  std::string sha256;  // 64 hex digits
  int64_t bytes = 0;

  friend bool operator==(const LockEntry&, const LockEntry&) = default;
};

std::filesystem::path lock_path(const std::filesystem::path& folder);

// Nothing if the folder has no lock file or that does not mention the file. Throws Error{io, corrupt}.
std::optional<LockEntry> read_lock(const std::filesystem::path& folder, const std::string& file_name);

// Adds the entry; safe against other processes that do the same. Throws Error{io, corrupt}, and
// Error{hash_mismatch} if another hash stands there.
void write_lock(const std::filesystem::path& folder, const std::string& file_name, const LockEntry& entry);

}  // namespace zoo
