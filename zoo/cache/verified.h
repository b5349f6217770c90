// The SHA-256 of files in a folder of downloads, computed when they are used and remembered in the folder's
// .weights.verified for as long as nothing about the file has changed, so that the second use costs a stat.
#pragma once

#include <filesystem>
#include <string>

namespace zoo {

// Of FOLDER/FILE_NAME. What is remembered counts only if it is the user's own record, and if inode, size,
// time of modification and time of change are the same. A folder that may only be read costs the hash at each
// use. Throws Error{not_found, io} where the file cannot be read.
std::string verified_sha256(const std::filesystem::path& folder, const std::string& file_name);

// Remembers the hash of a file that has just been written and hashed. Never fails but for want of memory.
void remember_sha256(const std::filesystem::path& folder, const std::string& file_name,
                     const std::string& sha256);

}  // namespace zoo
