// gzip files, inflated whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "zoo/base/file_bytes.h"

namespace zoo {

// The file's content as it is, or inflated if it is gzip (RFC 1952; one member, checked by its CRC-32 and
// length; at most `limit` bytes). Throws Error{not_found, io, corrupt, unsupported}.
HeldBytes read_maybe_gzip(const std::filesystem::path& file, uint64_t limit);
// The same, to be read by stretches: what is not gzip stays in its file.
ByteSource open_maybe_gzip(const std::filesystem::path& file, uint64_t limit);

// Whether it begins as gzip does. Throws Error{not_found, io}.
bool is_gzip(const std::filesystem::path& file);

}  // namespace zoo
