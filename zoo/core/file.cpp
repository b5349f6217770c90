#include "zoo/core/file.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <future>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zoo/core/descriptor.h"
#include "zoo/core/error.h"

namespace zoo {
namespace {

// A name that no other process or thread picks; independent of the target's, which may already be as long as
// names can be.
std::filesystem::path temporary_name(const std::filesystem::path& path) {
  static std::atomic<int> counter{0};
  return folder_of(path) / (".zoo-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp");
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
  do {  // a name may be taken by what a killed process of the same number left
    temporary_ = temporary_name(path_);
    file_ = Descriptor(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  } while (file_.get() < 0 && errno == EEXIST);
  if (file_.get() < 0) fail_to_create(path_, errno);
}

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path temporary,
                       const std::function<void()>& while_waiting)
    : path_(std::move(path)), temporary_(std::move(temporary)) {
  check_target(path_);
  file_ = open_locked(temporary_, while_waiting);
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
  publish(file_, temporary_, path_);
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
    if (got == 0) return text;
    if (got > 0) {
      text.append(block.data(), static_cast<size_t>(got));
    } else if (errno != EINTR) {
      fail(path, errno, "cannot read it");
    }
  }
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace zoo
