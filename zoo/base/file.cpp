#include "zoo/base/file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zoo/base/descriptor.h"
#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/unfinished.h"
#include "zoo/base/utf8_text.h"

namespace zoo {
namespace {

// Where a link leads, as far as there are links; what it leads to need not be there.
std::filesystem::path through_links(std::filesystem::path path) {
  constexpr int kMostLinks = 40;  // the system's own limit
  std::error_code none;
  for (int i = 0; i < kMostLinks && std::filesystem::is_symlink(path, none); ++i) {
    path = folder_of(path) / std::filesystem::read_symlink(path, none);
  }
  return path;
}

// Until the content is whole, nobody may read what he may not read of the file that is replaced.
mode_t first_mode(const std::filesystem::path& target) {
  struct stat status{};
  return ::stat(target.c_str(), &status) == 0 ? 0600 : 0666;
}

// A group that cannot be given loses what was its own.
void take_over_rights(const Descriptor& file, const std::filesystem::path& target) {
  struct stat before{};
  struct stat now{};
  if (::stat(target.c_str(), &before) != 0 || ::fstat(file.get(), &now) != 0) return;
  mode_t mode = before.st_mode & 0777;
  const bool others = before.st_uid != now.st_uid || before.st_gid != now.st_gid;
  if (others && ::fchown(file.get(), before.st_uid, before.st_gid) != 0 &&
      ::fchown(file.get(), static_cast<uid_t>(-1), before.st_gid) != 0) {
    mode &= ~static_cast<mode_t>(S_IRWXG);
  }
  ::fchmod(file.get(), mode);
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file = open_regular(path, size_);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) fail(path, errno, "cannot map it");
  data_ = static_cast<const std::byte*>(address);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  check_target(path_);
  target_ = through_links(path_);
  file_ = create_unfinished(folder_of(target_), path_, first_mode(target_), temporary_);
}

AtomicFile::AtomicFile(std::filesystem::path path, const std::function<void()>& while_waiting)
    : path_(std::move(path)) {
  check_target(path_);
  target_ = through_links(path_);
  temporary_ = target_.string() + ".part";
  file_ = open_locked(temporary_, while_waiting, first_mode(target_));
  if (::ftruncate(file_.get(), 0) != 0) fail(path_, errno, "cannot write it");
}

AtomicFile::~AtomicFile() {
  if (file_.get() >= 0) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  write_all(file_, bytes, path_);
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text)));
}

void AtomicFile::commit() {
  take_over_rights(file_, target_);
  publish(file_, temporary_, target_);
  file_.close();
}

void read_blocks(const std::filesystem::path& path,
                 const std::function<void(std::span<const std::byte>)>& sink) {
  constexpr size_t kBlock = 2 << 20;
  size_t size = 0;
  const Descriptor file = open_regular(path, size);
  // Less than a block only at the end of the file, wherever that is by then.
  const auto read = [&](std::vector<std::byte>& block) {
    size_t count = 0;
    while (count < block.size()) {
      const ssize_t got = ::read(file.get(), block.data() + count, block.size() - count);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(path, errno, "cannot read it");
      if (got == 0) break;
      count += static_cast<size_t>(got);
    }
    return count;
  };
  std::array<std::vector<std::byte>, 2> blocks;
  blocks[0].resize(std::min(size + 1, kBlock));
  size_t count = read(blocks[0]);
  for (size_t now = 0; count > 0; now ^= 1) {
    const auto bytes = std::span(blocks[now]).first(count);
    if (count < blocks[now].size()) return sink(bytes);
    blocks[now ^ 1].resize(kBlock);
    auto next = std::async(read, std::ref(blocks[now ^ 1]));
    sink(bytes);
    count = next.get();
  }
}

std::string read_text(const std::filesystem::path& path) {
  size_t size = 0;
  const Descriptor file = open_regular(path, size);
  std::string text;
  text.reserve(size);
  std::array<char, 1 << 16> block;
  for (;;) {
    const ssize_t got = ::read(file.get(), block.data(), block.size());
    if (got == 0) break;
    if (got > 0) {
      text.append(block.data(), static_cast<size_t>(got));
    } else if (errno != EINTR) {
      fail(path, errno, "cannot read it");
    }
  }
  text.erase(0, text.size() - utf8_text(text, path.string()).size());
  return text;
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

std::string read_utf8_text(const std::filesystem::path& path) {
  std::string text = read_text(path);
  if (is_utf8(text)) return text;
  int64_t line = 1;
  for (std::string_view left = text; !left.empty(); ++line) {
    const size_t end = std::min(left.find('\n'), left.size() - 1) + 1;
    if (!is_utf8(left.substr(0, end))) break;
    left.remove_prefix(end);
  }
  throw Error(ErrorCode::unsupported, path.string() + ":" + std::to_string(line), "is not UTF-8",
              "Convert the file: iconv -f LATIN1 -t UTF-8 FILE > NEW_FILE, if it is Latin-1.");
}

}  // namespace zoo
