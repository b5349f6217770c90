#include "zoo/datasets/folders/folder_index.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace zoo {
namespace {

bool increasing_to(const std::vector<uint32_t>& ends, size_t begin, size_t end, uint64_t limit) {
  uint64_t before = 0;
  for (size_t i = begin; i < end; ++i) {
    if (ends[i] <= before) return false;
    before = ends[i];
  }
  return before == limit;
}

}  // namespace

void FolderIndex::add_folder(std::string_view path, int32_t label, const std::vector<std::string>& files) {
  if (files.empty()) return;
  folder_paths_ += path;
  folders_.push_back({folder_paths_.size(), file_names_.size(), size(), label});
  for (const std::string& name : files) {
    file_names_ += name;
    const uint64_t end = file_names_.size() - folders_.back().name_begin;
    assert(end <= std::numeric_limits<uint32_t>::max());  // four gigabytes of names in one folder
    name_ends_.push_back(static_cast<uint32_t>(end));
  }
}

void FolderIndex::shrink_to_fit() {
  folders_.shrink_to_fit();
  folder_paths_.shrink_to_fit();
  file_names_.shrink_to_fit();
  name_ends_.shrink_to_fit();
}

const FolderIndex::Folder& FolderIndex::folder_of(int64_t index) const {
  const auto after =
      std::upper_bound(folders_.begin(), folders_.end(), index,
                       [](int64_t value, const Folder& folder) { return value < folder.first; });
  return *std::prev(after);
}

std::string FolderIndex::path(int64_t index) const {
  const Folder& folder = folder_of(index);
  const uint64_t path_begin = &folder == folders_.data() ? 0 : (&folder)[-1].path_end;
  const uint64_t name_begin = index == folder.first ? 0 : name_ends_[static_cast<size_t>(index) - 1];
  const uint64_t name_end = name_ends_[static_cast<size_t>(index)];
  std::string text(folder_paths_, path_begin, folder.path_end - path_begin);
  text += '/';
  return text.append(file_names_, folder.name_begin + name_begin, name_end - name_begin);
}

bool FolderIndex::assign(Parts parts, int64_t classes) {
  const std::vector<Folder>& folders = parts.folders;
  const auto files = static_cast<int64_t>(parts.name_ends.size());
  if (folders.empty()) return false;
  uint64_t path_end = 0;
  for (size_t i = 0; i < folders.size(); ++i) {
    const Folder& folder = folders[i];
    const bool is_last = i + 1 == folders.size();
    const int64_t end = is_last ? files : folders[i + 1].first;
    const uint64_t name_end = is_last ? parts.file_names.size() : folders[i + 1].name_begin;
    if (i == 0 && (folder.first != 0 || folder.name_begin != 0)) return false;
    if (folder.first >= end || end > files || folder.path_end <= path_end || folder.label < 0 ||
        folder.label >= classes || folder.name_begin >= name_end || name_end > parts.file_names.size() ||
        !increasing_to(parts.name_ends, static_cast<size_t>(folder.first), static_cast<size_t>(end),
                       name_end - folder.name_begin)) {
      return false;
    }
    path_end = folder.path_end;
  }
  if (path_end != parts.folder_paths.size()) return false;
  folders_ = std::move(parts.folders);
  folder_paths_ = std::move(parts.folder_paths);
  file_names_ = std::move(parts.file_names);
  name_ends_ = std::move(parts.name_ends);
  return true;
}

}  // namespace zoo
