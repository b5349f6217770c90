// Walks a root with class folders as torchvision 0.28's ImageFolder does: which files count, in which order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "zoo/datasets/folders/folder_index.h"

namespace zoo {

// What tells whether the names in a folder have changed since it was listed.
struct FolderStamp {
  uint64_t inode = 0;
  int64_t modified_ns = 0;  // of its list of names
  int64_t changed_ns = 0;   // of its inode, which no program can set back
  friend bool operator==(const FolderStamp&, const FolderStamp&) = default;
};

struct VisitedFolder {
  std::string path;  // relative to the root; empty: the root itself
  FolderStamp stamp;
};

struct FolderTree {
  std::vector<std::string> classes;
  FolderIndex files;
  std::vector<std::string> left_out;   // one line each; of very many the first, and how many more
  std::vector<VisitedFolder> folders;  // all of them, also those without pictures
};

// Throws Error{not_found, io, mismatch}, as open_image_folder does; where fewer than two classes are there
// only unless `may_have_one_class`.
FolderTree walk_class_folders(const std::filesystem::path& root, bool may_have_one_class = false);

// Throws Error{not_found, io}.
FolderStamp folder_stamp(const std::filesystem::path& folder);

}  // namespace zoo
