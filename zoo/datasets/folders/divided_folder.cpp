// Data in train/ and val/ side by side.
#include <algorithm>
#include <set>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/folders/divided_folder.h"
#include "zoo/datasets/folders/part_names.h"
#include "zoo/datasets/folders/system_names.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

struct Inside {
  std::set<std::string> folders;
  bool has_picture = false, has_list = false;  // tar shards, or a list of the pictures

  bool has_data() const { return has_list || !folders.empty(); }
};

// Up to its first picture: there may be a million.
Inside look_into(const fs::path& folder) {
  Inside inside;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code broken_link;
    const std::string name = it->path().filename().string();
    if (it->is_directory(broken_link)) {
      if (why_no_class(it->path()).empty()) inside.folders.insert(name);
    } else if (!is_system_file(name)) {
      inside.has_list =
          inside.has_list || name == "metadata.csv" || name == "metadata.jsonl" || is_shard_name(name);
      inside.has_picture = inside.has_picture || has_picture_suffix(name);
    }
    if (inside.has_picture && inside.has_data()) break;
  }
  return inside;
}

struct PartFolder {
  std::string folder;  // in the root
  std::string path;    // the same, or below it: archives often hold train/train
  std::string_view part;
  Inside inside;
};

PartFolder look_for_data(const fs::path& root, const std::string& folder, std::string_view part) {
  PartFolder found{folder, folder, part, look_into(root / folder)};
  const Inside& outer = found.inside;
  if (!outer.has_picture && !outer.has_list && outer.folders.size() == 1 &&
      to_lower(*outer.folders.begin()) == to_lower(folder)) {
    found.path = folder + "/" + *outer.folders.begin();
    found.inside = look_into(root / found.path);
  }
  return found;
}

// Training first, then in the order of the names.
void sort_parts(std::vector<PartFolder>& parts) {
  const auto rank = [](const PartFolder& part) {
    return part.part == "train" ? 0 : part.part == "val" ? 1 : 2;
  };
  std::sort(parts.begin(), parts.end(), [&](const PartFolder& a, const PartFolder& b) {
    return std::pair(rank(a), a.folder) < std::pair(rank(b), b.folder);
  });
}

std::vector<PartFolder> called_parts(const fs::path& root, const std::vector<std::string>& folders) {
  std::vector<PartFolder> parts;
  for (const std::string& folder : folders) {
    const std::string_view part = part_called(folder);
    if (part.empty()) continue;
    PartFolder found = look_for_data(root, folder, part);
    if (found.inside.has_data()) parts.push_back(std::move(found));
  }
  sort_parts(parts);
  return parts;
}

// By one word of their names, and by what they hold.
std::vector<PartFolder> alike_parts(const fs::path& root, const std::vector<std::string>& folders) {
  std::vector<PartFolder> parts;
  for (const std::string& folder : folders) {
    const std::string_view part = part_in(folder);
    if (part.empty()) continue;
    PartFolder found = look_for_data(root, folder, part);
    if (!found.inside.has_picture && !found.inside.folders.empty()) parts.push_back(std::move(found));
  }
  sort_parts(parts);
  const auto shares_class = [&](const PartFolder& a) {
    return std::ranges::any_of(parts, [&](const PartFolder& b) {
      return a.part != b.part && std::ranges::any_of(a.inside.folders, [&](const std::string& name) {
               return b.inside.folders.contains(name);
             });
    });
  };
  const bool all_share = std::ranges::all_of(parts, shares_class);
  return all_share ? parts : std::vector<PartFolder>();
}

bool divide(const std::vector<PartFolder>& parts, const std::vector<std::string>& folders) {
  const bool all_called =
      std::ranges::none_of(folders, [](const std::string& folder) { return part_called(folder).empty(); });
  if (!parts.empty() && parts.front().part == "train") return parts.size() > 1 || all_called;
  return parts.size() > 1 && parts.size() == folders.size();
}

std::vector<PartFolder> find_parts(const fs::path& root, const std::vector<std::string>& folders) {
  std::vector<PartFolder> parts = called_parts(root, folders);
  if (!divide(parts, folders)) parts = alike_parts(root, folders);
  return parts;
}

std::vector<std::string> folders_in(const fs::path& root) {
  std::vector<std::string> folders;
  std::error_code error;
  for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    std::error_code broken_link;
    if (it->is_directory(broken_link)) folders.push_back(it->path().filename().string());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// The classes of all parts: those of the one that has all, else all of them in byte order.
std::vector<std::string> joint_classes(const std::vector<std::shared_ptr<const Dataset>>& parts) {
  std::set<std::string> names;
  for (const auto& part : parts) names.insert(part->classes().begin(), part->classes().end());
  for (const auto& part : parts) {
    if (part->classes().size() == names.size()) return part->classes();
  }
  return {names.begin(), names.end()};
}

// Pictures to be answered lie in one folder of any name (test/unknown), beside parts that have classes.
bool has_no_labels(const PartFolder& part, const std::vector<PartFolder>& all) {
  if (part.inside.folders.size() != 1 || part.inside.has_list) return false;
  return std::ranges::any_of(all, [](const PartFolder& other) { return other.inside.folders.size() > 1; }) &&
         std::ranges::none_of(all, [&](const PartFolder& other) {
           return &other != &part &&
                  (other.inside.has_list || other.inside.folders.contains(*part.inside.folders.begin()));
         });
}

class DividedFolder : public Dataset {
 public:
  DividedFolder(const fs::path& root, const DatasetOptions& options) {
    const std::vector<std::string> folders = folders_in(root);
    std::vector<std::string> own = folders;
    std::erase_if(own, [&](const std::string& folder) { return !why_no_class(root / folder).empty(); });
    const std::vector<PartFolder> found = find_parts(root, own);
    if (found.empty()) {
      throw Error(
          ErrorCode::not_found, root.string(),
          "no folder train, val or test (or Training, dev, test_set ...) with class folders, tar shards or "
          "a metadata.csv in it");
    }
    DatasetOptions of_part = options;
    of_part.is_part = true;
    std::vector<std::shared_ptr<const Dataset>> sets;
    for (const PartFolder& part : found) {
      if (has_no_labels(part, found)) {
        left_out_.push_back(part.folder + "/: its only folder, '" + *part.inside.folders.begin() +
                            "', is a class of no other part");
        continue;
      }
      sets.push_back(open_dataset(root / part.path, of_part));
      add(part, *sets.back());
      if (sets.back()->multi_label() != sets.front()->multi_label()) {
        throw Error(ErrorCode::mismatch, (root / part.path).string(),
                    "one label a picture in one part and several in another");
      }
    }
    classes_ = joint_classes(sets);
    if (classes_.size() < 2 && !sets.front()->multi_label())
      throw Error(ErrorCode::mismatch, root.string(), "only one class, '" + excerpt(classes_.front()) + "'",
                  "At least two classes are needed.");
    for (size_t i = 0; i < sets.size(); ++i) folders_[i].dataset = with_classes(std::move(sets[i]), classes_);
    leave_out_others(root, folders, found);
  }

  int64_t size() const override { return size_; }
  std::span<const int32_t> labels(int64_t index) const override {
    const Folder& folder = folder_of(index);
    return folder.dataset->labels(index - folder.first);
  }
  bool multi_label() const override { return folders_.front().dataset->multi_label(); }
  int32_t part(int64_t index) const override { return folder_of(index).part; }
  std::string name(int64_t index) const override {
    const Folder& folder = folder_of(index);
    return folder.name + "/" + folder.dataset->name(index - folder.first);
  }
  StoredPicture fetch(int64_t index) const override {
    const Folder& folder = folder_of(index);
    return folder.dataset->fetch(index - folder.first);
  }
  fs::path file(int64_t index) const override {
    const Folder& folder = folder_of(index);
    return folder.dataset->file(index - folder.first);
  }
  bool is_present(int64_t index) const override {
    const Folder& folder = folder_of(index);
    return folder.dataset->is_present(index - folder.first);
  }

 private:
  struct Folder {
    std::string name;
    int64_t first = 0;  // index of its first sample in the set
    int32_t part = 0;
    std::shared_ptr<const Dataset> dataset = nullptr;
  };

  void add(const PartFolder& part, const Dataset& dataset) {
    const std::string before = part.path + "/";
    for (const std::string& line : dataset.left_out()) left_out_.push_back(before + line);
    for (const std::string& line : dataset.notes()) notes_.push_back(before + line);
    const auto known = std::find(parts_.begin(), parts_.end(), part.part);
    const auto number = static_cast<int32_t>(known - parts_.begin());
    if (known == parts_.end()) parts_.emplace_back(part.part);
    folders_.push_back({part.path, size_, number});
    size_ += dataset.size();
  }
  void leave_out_others(const fs::path& root, const std::vector<std::string>& folders,
                        const std::vector<PartFolder>& found) {
    for (const std::string& folder : folders) {
      if (std::ranges::any_of(found, [&](const PartFolder& part) { return part.folder == folder; })) continue;
      const std::string why(why_no_class(root / folder));
      left_out_.push_back(folder + "/: " +
                          (!why.empty() ? why
                           : !part_called(folder).empty()
                               ? "no class folders, tar shards or metadata.csv in it"
                               : "not called train, val or test"));
    }
  }
  const Folder& folder_of(int64_t index) const {
    const auto after =
        std::upper_bound(folders_.begin(), folders_.end(), index,
                         [](int64_t value, const Folder& folder) { return value < folder.first; });
    return *std::prev(after);
  }

  std::vector<Folder> folders_;
  int64_t size_ = 0;
};

}  // namespace

bool is_divided_folder(const fs::path& root, const std::vector<std::string>& folders) {
  return !find_parts(root, folders).empty();
}

void require_class_folders(const fs::path& root, const std::vector<std::string>& folders) {
  if (folders.size() < 2) return;
  const std::string names = "its folders '" + excerpt(folders[0]) + "' and '" + excerpt(folders[1]) + "'";
  if (std::ranges::none_of(folders, [](const std::string& folder) { return part_called(folder).empty(); })) {
    throw Error(
        ErrorCode::mismatch, root.string(),
        names + " are called as the parts of a data set, and hold no class folders",
        "Put the pictures of each class into a folder of its own in each of them, or give a list of them "
        "with their labels (docs/data.md).");
  }
  for (const std::string& folder : folders) {
    if (part_called(folder).empty()) continue;
    const Inside inside = look_into(root / folder);
    const auto alike = std::ranges::find_if(
        folders, [&](const std::string& other) { return inside.folders.contains(other); });
    if (inside.has_picture || alike == folders.end()) continue;
    throw Error(ErrorCode::mismatch, root.string(),
                "its folder '" + excerpt(folder) + "' is called as a part of a data set and holds '" +
                    excerpt(*alike) + "' as " + excerpt(root.filename().string()) +
                    " itself does, so it is no class",
                "Put the class folders beside it into a folder of their own, train, or name one of the two.");
  }
  const Inside first = look_into(root / folders[0]);
  if (first.folders.size() < 2) return;
  for (const std::string& folder : folders) {
    const Inside inside = look_into(root / folder);
    if (inside.has_picture || inside.folders != first.folders) return;
  }
  throw Error(
      ErrorCode::mismatch, root.string(),
      names + " hold the same folders (" + excerpt(join({first.folders.begin(), first.folders.end()}, ", ")) +
          ") and no pictures of their own, so they are no classes",
      "If they are parts, call them train and val; else name one of them, or give a list of the pictures "
      "with their labels (docs/data.md).");
}

std::unique_ptr<Dataset> open_divided_folder(const fs::path& root, const DatasetOptions& options) {
  return std::make_unique<DividedFolder>(root, options);
}

}  // namespace zoo
