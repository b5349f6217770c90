#include "zoo/base/descriptor.h"

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zoo/base/error.h"

namespace zoo {

void Descriptor::close() {
  if (value_ >= 0) ::close(std::exchange(value_, -1));
}

void fail(const std::filesystem::path& path, int error, const std::string& doing) {
  if (error == ENOENT) throw Error(ErrorCode::not_found, path.string(), "no such file");
  std::string remedy;
  if (error == ENOSPC || error == EDQUOT) remedy = "Free some space or choose another folder.";
  throw Error(ErrorCode::io, path.string(), doing + ": " + std::generic_category().message(error), remedy);
}

void fail_to_create(const std::filesystem::path& path, int error) {
  if (error == ENOENT) throw Error(ErrorCode::io, path.string(), "cannot write it: no such folder");
  fail(path, error, "cannot write it");
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void check_target(const std::filesystem::path& path) {
  if (!path.has_filename()) throw Error(ErrorCode::io, path.string(), "is not the name of a file");
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    // A stranger's link in a folder that everybody may write to, say, which the system does not follow.
    if (errno != ENOENT) fail_to_create(path, errno);
  } else if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::io, path.string(),
                S_ISDIR(status.st_mode) ? "is a folder, expected a file" : "is not a regular file");
  }
}

bool is_own_file(const std::filesystem::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid();
}

bool is_named(const Descriptor& file, const std::filesystem::path& path) {
  struct stat opened{};
  struct stat named{};
  return ::fstat(file.get(), &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

Descriptor open_locked(const std::filesystem::path& path, const std::function<void()>& while_waiting,
                       mode_t mode) {
  for (;;) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode));
    if (file.get() < 0) fail_to_create(path, errno);
    while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) break;  // a file system without locks: one process at a time has to do
      while_waiting();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    // A lock that was waited for may be on a file that no longer has this name: then once more.
    if (is_named(file, path)) return file;
  }
}

// O_NONBLOCK: a named pipe must be refused, not waited for.
Descriptor open_regular(const std::filesystem::path& path, size_t& size) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) fail(path, errno, "cannot open it");
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) fail(path, errno, "cannot stat it");
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::io, path.string(),
                S_ISDIR(status.st_mode) ? "is a folder, expected a file" : "is not a regular file");
  }
  size = static_cast<size_t>(status.st_size);
  return file;
}

void write_all(const Descriptor& file, std::span<const std::byte> bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      fail(path, errno, "cannot write it");
    }
  }
}

void sync_folder(const std::filesystem::path& folder) {
  // A folder that may be written to but not listed cannot be opened.
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) == 0) return;
  if (errno == EIO || errno == ENOSPC || errno == EDQUOT)
    fail(folder, errno, "cannot make sure of the names in it");
}

void publish(const Descriptor& file, const std::filesystem::path& temporary,
             const std::filesystem::path& path) {
  // Some file systems report a full disk only here.
  if (::fsync(file.get()) != 0) fail(path, errno, "cannot write it");
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail(path, errno, "cannot write it");
  sync_folder(folder_of(path));
}

}  // namespace zoo
