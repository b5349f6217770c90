#include "zoo/base/unfinished.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBefore = ".zoo-", kAfter = ".tmp", kDigits = "0123456789abcdef";
constexpr size_t kRandomDigits = 16;
constexpr mode_t kFolderMode = 0777;  // less what the umask takes

// Independent of the target's, which may already be as long as names can be.
fs::path new_name(const fs::path& folder) {
  uint64_t bits = 0;
  while (::getrandom(&bits, sizeof bits, 0) != sizeof bits) {
  }
  std::string name(kBefore);
  for (size_t i = 0; i < kRandomDigits; ++i, bits >>= 4U) name += kDigits[bits & 15U];
  return folder / name.append(kAfter);
}

// Waits for a sweeper that has come between creation and lock. False if that has removed it.
bool lock_new(const Descriptor& file, const fs::path& path) {
  while (::flock(file.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  return is_named(file, path);
}

struct Close {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

void remove_abandoned(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || status.st_uid != ::geteuid()) return;
  const bool is_folder = S_ISDIR(status.st_mode);
  if (!is_folder && !S_ISREG(status.st_mode)) return;
  const int flags =
      is_folder ? O_RDONLY | O_DIRECTORY : O_RDWR;  // network file systems lock what is writable
  const Descriptor file(::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
  if (file.get() < 0 || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !is_named(file, path)) return;
  std::error_code ignored;
  if (is_folder) {
    fs::remove_all(path, ignored);
  } else {
    ::unlink(path.c_str());
  }
}

// Thousands of pictures may be written into one folder.
void sweep_once(const fs::path& folder) {
  static std::mutex mutex;
  static std::set<fs::path> swept;
  const std::lock_guard lock(mutex);
  if (swept.contains(folder)) return;
  sweep_unfinished(folder);
  swept.insert(folder);
}

}  // namespace

bool is_unfinished_name(std::string_view name) {
  return name.size() == kBefore.size() + kRandomDigits + kAfter.size() && name.starts_with(kBefore) &&
         name.ends_with(kAfter) &&
         name.substr(kBefore.size(), kRandomDigits).find_first_not_of(kDigits) == std::string_view::npos;
}

void sweep_unfinished(const fs::path& folder) {
  const std::unique_ptr<DIR, Close> open(::opendir(folder.c_str()));
  while (const dirent* entry = open ? ::readdir(open.get()) : nullptr) {
    if (is_unfinished_name(entry->d_name)) remove_abandoned(folder / entry->d_name);
  }
}

Descriptor create_unfinished(const fs::path& folder, const fs::path& target, mode_t mode, fs::path& name) {
  sweep_once(folder);
  for (;;) {
    name = new_name(folder);
    Descriptor file(::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (file.get() < 0) {
      if (errno != EEXIST) fail_to_create(target, errno);
    } else if (lock_new(file, name)) {
      return file;
    }
  }
}

UnfinishedFolder::UnfinishedFolder(const fs::path& target) : target_(target) {
  const fs::path folder = folder_of(target);
  sweep_once(folder);
  for (;;) {
    path_ = new_name(folder);
    if (::mkdir(path_.c_str(), kFolderMode) != 0) {
      if (errno != EEXIST) fail_to_create(target, errno);
      continue;
    }
    lock_ = Descriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (lock_.get() >= 0 && lock_new(lock_, path_)) return;
    if (lock_.get() < 0 && errno != ENOENT) {
      const int error = errno;
      ::rmdir(path_.c_str());
      fail_to_create(target, error);
    }
  }
}

UnfinishedFolder::~UnfinishedFolder() {
  std::error_code ignored;
  if (lock_.get() >= 0) fs::remove_all(path_, ignored);
}

void UnfinishedFolder::take_name() {
  if (::rename(path_.c_str(), target_.c_str()) != 0) fail(target_, errno, "cannot write it");
  lock_.close();
}

void UnfinishedFolder::commit() {
  take_name();
  sync_folder(folder_of(target_));
}

}  // namespace zoo
