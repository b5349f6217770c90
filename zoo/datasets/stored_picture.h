// A picture as a data set keeps it: the bytes of a file, or bare pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "transforms/image.h"

namespace zoo {

struct EncodedPicture {
  std::shared_ptr<const void> owner;  // keeps the bytes alive
  std::span<const std::byte> bytes;   // of a picture file
  std::string name;                   // where they are from, for messages
};

// Bare pixels need no decoding.
using StoredPicture = std::variant<EncodedPicture, Image>;

// Throws Error{not_found, io}.
EncodedPicture read_encoded(const std::filesystem::path& file);
// A stretch of a file, under a name of its own. Throws Error{not_found, io}.
EncodedPicture read_encoded_part(const std::filesystem::path& file, uint64_t offset, uint64_t size,
                                 std::string name);

}  // namespace zoo
