// weights.lock.json: the full SHA-256 of every file that was downloaded into a folder, recorded at the first
// good download and binding from then on. A project may keep one too: `zoo lock`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace zoo {

struct LockEntry {
  std::string sha256;  // 64 hex digits
  int64_t bytes = 0;

  friend bool operator==(const LockEntry&, const LockEntry&) = default;
};

using LockEntries = std::map<std::string, LockEntry>;  // by file name

std::filesystem::path lock_path(const std::filesystem::path& folder);
// The project's: $ZOO_LOCK, else weights.lock.json in the current folder if it is there, else empty. Throws
// Error{not_found} where ZOO_LOCK names no file.
std::filesystem::path find_project_lock();

// All of a lock file; nothing if it is not there. Throws Error{io, corrupt}.
LockEntries read_lock_file(const std::filesystem::path& path);
// Atomically.
void write_lock_file(const std::filesystem::path& path, const LockEntries& entries);

// Nothing if the folder has no lock file or that does not mention the file. Throws Error{io, corrupt}.
std::optional<LockEntry> read_lock(const std::filesystem::path& folder, const std::string& file_name);

// Adds the entry; safe against other processes that do the same. Throws Error{io, corrupt}, and
// Error{hash_mismatch} if another hash stands there.
void write_lock(const std::filesystem::path& folder, const std::string& file_name, const LockEntry& entry);

}  // namespace zoo
