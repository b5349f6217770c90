#include "zoo/base/linked_copy.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace zoo {
namespace {

Descriptor clone(const Descriptor& source, const std::filesystem::path& to) {
  Descriptor copy(::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (copy.get() >= 0 && ::ioctl(copy.get(), FICLONE, source.get()) == 0) return copy;
  if (copy.get() >= 0) ::unlink(to.c_str());
  return Descriptor();
}

// Of the very file that is open: its path may mean another one by now.
Descriptor hard_link(const Descriptor& source, const std::filesystem::path& to) {
  struct stat status{};
  if (::fstat(source.get(), &status) != 0 || status.st_uid != ::geteuid()) return Descriptor();
  const std::string opened = "/proc/self/fd/" + std::to_string(source.get());
  if (::linkat(AT_FDCWD, opened.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) != 0) return Descriptor();
  return Descriptor(::open(to.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
}

}  // namespace

LinkedCopy::LinkedCopy(const std::filesystem::path& from, std::filesystem::path target)
    : target_(std::move(target)), temporary_(target_.string() + ".link") {
  ::unlink(temporary_.c_str());  // of a killed process
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (source.get() < 0) return;
  file_ = clone(source, temporary_);
  if (!is_there()) file_ = hard_link(source, temporary_);
}

LinkedCopy::~LinkedCopy() {
  if (is_there()) ::unlink(temporary_.c_str());
}

void LinkedCopy::commit() {
  publish(file_, temporary_, target_);
  file_.close();
}

}  // namespace zoo
