// A file of another program's cache under a name of ours, without a second copy of its bytes where the file
// system can do that.
#pragma once

#include <filesystem>

#include "zoo/base/descriptor.h"

namespace zoo {

// A clone of the bytes (reflink), or else a hard link, in a temporary file beside `target`. Whoever makes one
// holds the lock of the target's part file.
class LinkedCopy {
 public:
  LinkedCopy(const std::filesystem::path& from, std::filesystem::path target);
  ~LinkedCopy();
  LinkedCopy(const LinkedCopy&) = delete;
  LinkedCopy& operator=(const LinkedCopy&) = delete;

  // False: the file system can do neither, or the file is somebody else's, who could change it later.
  bool is_there() const { return file_.get() >= 0; }
  const std::filesystem::path& temporary() const { return temporary_; }
  void commit();  // gives it its final name. Throws Error{io}

 private:
  std::filesystem::path target_, temporary_;
  Descriptor file_;
};

}  // namespace zoo
