// Data in train/ and val/ (or valid/, validation/, test/) side by side.
#include <algorithm>
#include <set>

#include "zoo/core/error.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/divided_folder.h"
#include "zoo/datasets/part_names.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

// Whether there are class folders or tar shards in it.
bool holds_data(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code broken_link;
    if (it->is_directory(broken_link) || it->path().extension() == ".tar") return true;
  }
  return false;
}

bool is_part(const fs::path& root, std::string_view folder) {
  return !part_called(folder).empty() && holds_data(root / folder);
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

class DividedFolder : public Dataset {
 public:
  DividedFolder(const fs::path& root, const DatasetOptions& options) {
    std::vector<std::shared_ptr<const Dataset>> sets;
    for (const PartName& part : kPartNames) {
      if (!is_part(root, part.word)) continue;
      sets.push_back(open_dataset(root / part.word, options));
      add(part, *sets.back());
      if (sets.back()->multi_label() != sets.front()->multi_label()) {
        throw Error(ErrorCode::mismatch, (root / part.word).string(),
                    "one label a picture in one part and several in another");
      }
    }
    if (sets.empty()) {
      throw Error(ErrorCode::not_found, root.string(),
                  "no folder train, val, valid, validation or test with class folders or tar shards in it");
    }
    classes_ = joint_classes(sets);
    for (size_t i = 0; i < sets.size(); ++i) folders_[i].dataset = with_classes(std::move(sets[i]), classes_);
    leave_out_others(root);
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

 private:
  struct Folder {
    std::string name;
    int64_t first = 0;  // index of its first sample in the set
    int32_t part = 0;
    std::shared_ptr<const Dataset> dataset = nullptr;
  };

  void add(const PartName& part, const Dataset& dataset) {
    const std::string folder(part.word);
    const std::string before = folder + "/";
    for (const std::string& line : dataset.left_out()) left_out_.push_back(before + line);
    const auto known = std::find(parts_.begin(), parts_.end(), part.part);
    const auto number = static_cast<int32_t>(known - parts_.begin());
    if (known == parts_.end()) parts_.emplace_back(part.part);
    folders_.push_back({folder, size_, number});
    size_ += dataset.size();
  }
  void leave_out_others(const fs::path& root) {
    std::set<std::string> others;
    std::error_code error;
    for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
      std::error_code broken_link;
      const std::string name = it->path().filename().string();
      if (it->is_directory(broken_link) && !is_part(root, name)) others.insert(name);
    }
    for (const std::string& name : others) {
      left_out_.push_back(name + "/: " +
                          (!part_called(name).empty() ? "no class folders and no tar shards in it"
                                                      : "not called train, val, valid, validation or test"));
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
  const auto parts = std::count_if(folders.begin(), folders.end(),
                                   [&](const std::string& folder) { return is_part(root, folder); });
  if (is_part(root, "train")) {
    return parts > 1 || std::none_of(folders.begin(), folders.end(),
                                     [](const std::string& folder) { return part_called(folder).empty(); });
  }
  return parts > 1 && parts == std::ssize(folders);
}

std::unique_ptr<Dataset> open_divided_folder(const fs::path& root, const DatasetOptions& options) {
  return std::make_unique<DividedFolder>(root, options);
}

}  // namespace zoo
