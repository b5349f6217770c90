#include "zoo/datasets/stored_picture.h"

#include "zoo/base/error.h"
#include "zoo/base/file_bytes.h"

namespace zoo {
namespace {

constexpr uint64_t kLargestPicture = 2'000'000'000;  // bytes; nothing that decoders accept is as large

// A map of a small file would also cost more than its copy, in page faults and in a lock that all threads of
// the process share (docs/data.md, "A million files"). Of a file that has become shorter there is what there
// is: the decoder will say what is missing.
EncodedPicture read_range(const Descriptor& file, uint64_t offset, uint64_t size,
                          const std::filesystem::path& path, std::string name) {
  if (size > kLargestPicture) {
    throw Error(ErrorCode::unsupported, name,
                std::to_string(size) + " bytes, which is more than a picture has");
  }
  HeldBytes content = read_bytes(file, offset, size, path);
  return {std::move(content.owner), content.bytes, std::move(name)};
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
