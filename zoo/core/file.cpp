#include "zoo/core/file.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zoo/core/error.h"

namespace zoo {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int error, const std::string& doing) {
  if (error == ENOENT) throw Error(ErrorCode::not_found, path.string(), "no such file");
  std::string remedy;
  if (error == ENOSPC || error == EDQUOT) remedy = "Free some space or choose another folder.";
  throw Error(ErrorCode::io, path.string(), doing + ": " + std::generic_category().message(error), remedy);
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

// Opens a regular file and tells its size. O_NONBLOCK: a named pipe must be refused, not waited for.
int open_regular(const std::filesystem::path& path, size_t& size) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail(path, errno, "cannot open it");
  struct stat status{};
  const int failed = ::fstat(descriptor, &status) != 0 ? errno : 0;
  if (failed != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    if (failed != 0) fail(path, failed, "cannot stat it");
    throw Error(ErrorCode::io, path.string(),
                S_ISDIR(status.st_mode) ? "is a folder, expected a file" : "is not a regular file");
  }
  size = static_cast<size_t>(status.st_size);
  return descriptor;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// A name that no other process or thread picks; independent of the target's, which may already be as long as
// names can be.
std::filesystem::path temporary_name(const std::filesystem::path& path) {
  static std::atomic<int> counter{0};
  return folder_of(path) / (".zoo-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp");
}

[[noreturn]] void fail_to_create(const std::filesystem::path& path, int error) {
  if (error == ENOENT) throw Error(ErrorCode::io, path.string(), "cannot write it: no such folder");
  fail(path, error, "cannot write it");
}

// An empty file, and the only open descriptor that holds its lock. Whoever renames or removes the file does
// so while it holds the lock, so a lock that was waited for may be on a file that no longer has this name:
// then once more.
int open_exclusively(const std::filesystem::path& path, const std::function<void()>& while_waiting) {
  for (;;) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (file.get() < 0) fail_to_create(path, errno);
    while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) break;  // a file system without locks: one process at a time has to do
      while_waiting();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    struct stat locked{};
    struct stat named{};
    if (::fstat(file.get(), &locked) != 0) fail(path, errno, "cannot stat it");
    if (::stat(path.c_str(), &named) != 0 || locked.st_ino != named.st_ino || locked.st_dev != named.st_dev)
      continue;
    if (::ftruncate(file.get(), 0) != 0) fail(path, errno, "cannot write it");
    return file.release();
  }
}

void check_target(const std::filesystem::path& path) {
  if (!path.has_filename()) throw Error(ErrorCode::io, path.string(), "is not the name of a file");
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::io, path.string(),
                S_ISDIR(status.st_mode) ? "is a folder, expected a file" : "is not a regular file");
  }
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file(open_regular(path, size_));
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
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) fail_to_create(path_, errno);
}

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path temporary,
                       const std::function<void()>& while_waiting)
    : path_(std::move(path)), temporary_(std::move(temporary)) {
  check_target(path_);
  descriptor_ = open_exclusively(temporary_, while_waiting);
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      fail(path_, errno, "cannot write it");
    }
  }
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text)));
}

void AtomicFile::commit() {
  // Some file systems report a full disk only here.
  if (::fsync(descriptor_) != 0) fail(path_, errno, "cannot write it");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_, errno, "cannot write it");
  temporary_.clear();
  ::close(std::exchange(descriptor_, -1));
  // The data is safe by now; a file system that cannot sync folders must not turn that into a failure.
  const Descriptor folder(::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) ::fsync(folder.get());
}

std::string read_text(const std::filesystem::path& path) {
  size_t size = 0;
  const Descriptor file(open_regular(path, size));
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
