// How the index of a big folder tree is kept in a file: magic, then each list as its number of bytes and the
// bytes, then the SHA-256 of all that, in hex. In this machine's byte order: the file is read where it was
// written, and the magic tells others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "zoo/datasets/folders/folder_walk.h"

namespace zoo {

constexpr uint64_t kIndexMagic = 0x0231584449'4f4f5aULL;  // "ZOOIDX1", 2

// Looks into the bytes. To be asked in this order, each once: a tree that has changed costs no more than its
// folders. All throw Error{corrupt}.
class IndexReader {
 public:
  explicit IndexReader(std::span<const std::byte> file);
  std::string root();
  std::vector<VisitedFolder> folders();
  FolderTree tree();  // without its folders

 private:
  std::span<const std::byte> stretch();
  std::string text();
  std::vector<std::string> texts();
  template <class Item>
  std::vector<Item> list();

  std::span<const std::byte> rest_;
};

// `root`: without links, as IndexReader::root gives it.
void write_index(const std::string& root, const FolderTree& tree,
                 const std::function<void(std::span<const std::byte>)>& sink);

}  // namespace zoo
