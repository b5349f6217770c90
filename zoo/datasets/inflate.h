// gzip files, inflated whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace zoo {

// A file's content in memory.
struct Content {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};

// The file as it is (mapped), or inflated if it is gzip (RFC 1952; one member, checked by its CRC-32 and
// length; at most `limit` bytes). Throws Error{not_found, io, corrupt, unsupported}.
Content read_maybe_gzip(const std::filesystem::path& file, uint64_t limit);

bool is_gzip(std::span<const std::byte> bytes);

}  // namespace zoo
