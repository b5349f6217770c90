// Files that are read through one map and written whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "zoo/base/descriptor.h"

namespace zoo {

// A read-only map of a whole regular file; an empty file gives an empty span. The file must not be shortened
// while it is mapped.
class MappedFile {
 public:
  // Throws Error{not_found, io}: no such file, a directory, not readable.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// Writes to a temporary file beside `path` (unfinished.h); commit() syncs it, renames it to `path` and syncs
// the folder. Without commit() (an exception, say) the temporary file is removed and `path` is as it was.
// A file that is replaced keeps its mode, and its owner and group where the system allows that; where `path`
// is a link, what it leads to is replaced, and the link stays.
class AtomicFile {
 public:
  // Throws Error{io} if `path` cannot be written there, or is there and is no regular file.
  explicit AtomicFile(std::filesystem::path path);
  // One holder at a time, of all processes and threads: waits until no other one holds PATH.part (a kernel
  // lock, gone with its holder), and calls `while_waiting`, which may throw, ten times a second. What an
  // earlier holder left in it is overwritten.
  AtomicFile(std::filesystem::path path, const std::function<void()>& while_waiting);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void write(std::span<const std::byte> bytes);  // throws Error{io}: "no space left on device", ...
  void write(std::string_view text);
  void commit();
  // For libraries that write by name. They must not lock it: it is locked.
  const std::filesystem::path& temporary() const { return temporary_; }

 private:
  std::filesystem::path path_;  // as the user knows it
  std::filesystem::path target_, temporary_;
  Descriptor file_;
};

// Feeds a regular file to `sink` in blocks; a thread reads the next one meanwhile. Throws Error{not_found,
// io}, and what `sink` throws.
void read_blocks(const std::filesystem::path& path,
                 const std::function<void(std::span<const std::byte>)>& sink);

// The whole of a regular file as text in UTF-8, without a byte order mark. Throws Error{not_found, io}, and
// Error{unsupported} for UTF-16 and UTF-32.
std::string read_text(const std::filesystem::path& path);
// The file's text; without a mark too. Throws Error{not_found, io}, and Error{unsupported} with the line for
// bytes that are not UTF-8.
std::string read_utf8_text(const std::filesystem::path& path);
// Atomically.
void write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace zoo
