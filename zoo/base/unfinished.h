// Files and folders that are being written, before they have their final names. Each is called
// ".zoo-<16 hex digits>.tmp", lies beside what it will be, and is locked by the kernel for as long as its
// writer lives. So whoever finds one whose lock is free knows that its writer was killed, and removes it.
//
// To write a file, use AtomicFile (file.h), which is built on this. To write a folder that appears whole:
//
//   UnfinishedFolder folder(target);         // sweeps the folder around `target` first
//   write_text(folder.path() / "a", "...");  // an AtomicFile in it, as anywhere
//   folder.commit();                         // `target` is there, or is replaced if it is an empty folder
//
// A folder of which others judge what lies in it calls sweep_unfinished() first, and overlooks what is left
// (is_unfinished_name()): somebody is writing it.
#pragma once

#include <filesystem>
#include <string_view>

#include <sys/types.h>

#include "zoo/base/descriptor.h"

namespace zoo {

bool is_unfinished_name(std::string_view name);

// Removes the unfinished files and folders in `folder` (not below it) that are the user's own and whose
// writers are gone. Where the file system has no locks nothing is removed. Never fails.
void sweep_unfinished(const std::filesystem::path& folder);

// A new empty file of such a name in `folder`, locked, open for reading and writing. `name` becomes its path;
// `mode` is what the umask is taken from. Sweeps the folder when this process first writes into it. Throws
// Error{io} about `target`, which the user knows.
Descriptor create_unfinished(const std::filesystem::path& folder, const std::filesystem::path& target,
                             mode_t mode, std::filesystem::path& name);

// A new folder beside `target` that is removed with all that is in it unless it takes the target's name.
class UnfinishedFolder {
 public:
  // Throws Error{io}.
  explicit UnfinishedFolder(const std::filesystem::path& target);
  ~UnfinishedFolder();
  UnfinishedFolder(const UnfinishedFolder&) = delete;
  UnfinishedFolder& operator=(const UnfinishedFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Throws Error{io}, also where `target` is there and is no empty folder.
  void commit();
  // commit() without making sure that the name outlasts the system (sync_folder()).
  void take_name();

 private:
  std::filesystem::path target_, path_;
  Descriptor lock_;
};

}  // namespace zoo
