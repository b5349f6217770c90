// The picture files below the class folders of one root, held as names in one stretch of memory: four bytes a
// file beyond its name, and 32 a folder beyond its path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zoo {

class FolderIndex {
 public:
  struct Folder {
    uint64_t path_end = 0;    // of its path in folder_paths()
    uint64_t name_begin = 0;  // of its first file's name in file_names()
    int64_t first = 0;        // index of its first file
    int32_t label = 0;
    int32_t reserved = 0;  // no padding: the structure is written to the cache as it is
  };

  // `files` are names in the order in which they shall be listed.
  void add_folder(std::string_view path, int32_t label, const std::vector<std::string>& files);
  void shrink_to_fit();

  int64_t size() const { return static_cast<int64_t>(name_ends_.size()); }
  // Relative to the root; 0 <= index < size().
  std::string path(int64_t index) const;
  const int32_t& label(int64_t index) const { return folder_of(index).label; }

  // The parts, for the cache.
  const std::vector<Folder>& folders() const { return folders_; }
  const std::string& folder_paths() const { return folder_paths_; }
  const std::string& file_names() const { return file_names_; }
  const std::vector<uint32_t>& name_ends() const { return name_ends_; }
  struct Parts {
    std::vector<Folder> folders;
    std::string folder_paths, file_names;
    std::vector<uint32_t> name_ends;
  };
  // False, and nothing is changed, where the parts contradict each other or a label is not below `classes`.
  bool assign(Parts parts, int64_t classes);

 private:
  const Folder& folder_of(int64_t index) const;

  std::vector<Folder> folders_;      // none without files
  std::string folder_paths_;         // one behind the other
  std::string file_names_;           // the same
  std::vector<uint32_t> name_ends_;  // counted from the folder's name_begin
};

}  // namespace zoo
