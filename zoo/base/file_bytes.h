// Bytes of files that are not ours: read into memory, whole or stretch by stretch, never mapped. Reading a
// map of a file that somebody shortens ends the process; reading the file is an error like any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "zoo/base/descriptor.h"

namespace zoo {

// A file's content, or what has been unpacked from it, in memory.
struct HeldBytes {
  std::shared_ptr<const void> owner;  // keeps the bytes alive
  std::span<const std::byte> bytes;

  std::string_view text() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

// The whole of a regular file. Throws Error{not_found, io}.
HeldBytes read_bytes(const std::filesystem::path& path);
// `size` bytes from `offset` on, or fewer where the file ends before. Errors are about `path`.
HeldBytes read_bytes(const Descriptor& file, uint64_t offset, uint64_t size,
                     const std::filesystem::path& path);

// A file that stays open, or bytes in memory, to be read by stretches from any number of threads. Copies
// share the file.
class ByteSource {
 public:
  // Throws Error{not_found, io} if it is no regular file.
  explicit ByteSource(std::filesystem::path path);
  // Of a file that is called `path` in messages.
  ByteSource(HeldBytes content, std::filesystem::path path);

  uint64_t size() const { return size_; }  // of the file, when it was opened
  const std::filesystem::path& path() const { return path_; }
  // Throws Error{io} unless all these bytes are there.
  void read(uint64_t offset, std::span<std::byte> into) const;
  std::string read_text(uint64_t offset, uint64_t size) const;
  // Copies nothing of what is in memory already.
  HeldBytes read(uint64_t offset, uint64_t size) const;

 private:
  void require(bool is_there) const;

  std::filesystem::path path_;
  std::shared_ptr<const Descriptor> file_;  // null: it is in memory
  HeldBytes content_;
  uint64_t size_ = 0;
};

}  // namespace zoo
