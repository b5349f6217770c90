#include "zoo/datasets/stored_picture.h"

#include <cerrno>

#include <unistd.h>

#include "zoo/core/descriptor.h"
#include "zoo/core/error.h"

namespace zoo {
namespace {

constexpr uint64_t kLargestPicture = 2'000'000'000;  // bytes; nothing that decoders accept is as large

// Read, not mapped: a map of a small file costs more than its copy, in page faults and in a lock that all
// threads of the process share (docs/data.md, "A million files").
EncodedPicture read_range(const Descriptor& file, uint64_t offset, uint64_t size,
                          const std::filesystem::path& path, std::string name) {
  if (size > kLargestPicture) {
    throw Error(ErrorCode::unsupported, name,
                std::to_string(size) + " bytes, which is more than a picture has");
  }
  const auto buffer = std::make_shared_for_overwrite<std::byte[]>(size);
  uint64_t count = 0;
  while (count < size) {
    const ssize_t got =
        ::pread(file.get(), buffer.get() + count, size - count, static_cast<off_t>(offset + count));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, errno, "cannot read it");
    if (got == 0) break;  // it has become shorter; the decoder will say what is missing
    count += static_cast<uint64_t>(got);
  }
  return {buffer, {buffer.get(), count}, std::move(name)};
}

}  // namespace

EncodedPicture read_encoded(const std::filesystem::path& file) {
  size_t size = 0;
  const Descriptor descriptor = open_regular(file, size);
  return read_range(descriptor, 0, size, file, file.string());
}

EncodedPicture read_encoded_part(const std::filesystem::path& file, uint64_t offset, uint64_t size,
                                 std::string name) {
  size_t whole = 0;
  const Descriptor descriptor = open_regular(file, whole);
  if (offset > whole || size > whole - offset) {
    throw Error(ErrorCode::io, file.string(), "is shorter than when it was opened",
                "Open the data set again.");
  }
  return read_range(descriptor, offset, size, file, std::move(name));
}

}  // namespace zoo
