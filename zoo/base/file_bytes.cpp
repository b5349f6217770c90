#include "zoo/base/file_bytes.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <unistd.h>

#include "zoo/base/error.h"

namespace zoo {
namespace {

// How many bytes there were, up to the end of the file.
size_t read_at(const Descriptor& file, uint64_t offset, std::span<std::byte> into,
               const std::filesystem::path& path) {
  size_t count = 0;
  while (count < into.size()) {
    const ssize_t got =
        ::pread(file.get(), into.data() + count, into.size() - count, static_cast<off_t>(offset + count));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, errno, "cannot read it");
    if (got == 0) break;
    count += static_cast<size_t>(got);
  }
  return count;
}

}  // namespace

HeldBytes read_bytes(const Descriptor& file, uint64_t offset, uint64_t size,
                     const std::filesystem::path& path) {
  const auto buffer = std::make_shared_for_overwrite<std::byte[]>(size);
  return {buffer, {buffer.get(), read_at(file, offset, {buffer.get(), size}, path)}};
}

HeldBytes read_bytes(const std::filesystem::path& path) {
  size_t size = 0;
  const Descriptor file = open_regular(path, size);
  return read_bytes(file, 0, size, path);
}

ByteSource::ByteSource(std::filesystem::path path) : path_(std::move(path)) {
  size_t size = 0;
  file_ = std::make_shared<const Descriptor>(open_regular(path_, size));
  size_ = size;
}

ByteSource::ByteSource(HeldBytes content, std::filesystem::path path)
    : path_(std::move(path)), content_(std::move(content)), size_(content_.bytes.size()) {}

void ByteSource::require(bool is_there) const {
  if (is_there) return;
  throw Error(ErrorCode::io, path_.string(), "is shorter than when it was opened",
              "Open the data set again.");
}

void ByteSource::read(uint64_t offset, std::span<std::byte> into) const {
  require(offset <= size_ && into.size() <= size_ - offset);
  if (file_)
    require(read_at(*file_, offset, into, path_) == into.size());
  else if (!into.empty())
    std::memcpy(into.data(), content_.bytes.data() + offset, into.size());
}

HeldBytes ByteSource::read(uint64_t offset, uint64_t size) const {
  require(offset <= size_ && size <= size_ - offset);
  if (!file_) return {content_.owner, content_.bytes.subspan(offset, size)};
  HeldBytes found = read_bytes(*file_, offset, size, path_);
  require(found.bytes.size() == size);
  return found;
}

std::string ByteSource::read_text(uint64_t offset, uint64_t size) const {
  std::string text(size, '\0');
  read(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace zoo
