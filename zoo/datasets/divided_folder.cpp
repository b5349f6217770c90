// Class folders in train/ and val/ (or valid/, validation/, test/) side by side.
#include <algorithm>
#include <array>
#include <set>

#include "zoo/core/error.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/divided_folder.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

struct PartName {
  std::string_view folder, part;
};
constexpr std::array kPartNames{PartName{"train", "train"}, PartName{"val", "val"}, PartName{"valid", "val"},
                                PartName{"validation", "val"}, PartName{"test", "test"}};

const PartName* find_part(std::string_view folder) {
  const auto found = std::find_if(kPartNames.begin(), kPartNames.end(),
                                  [&](const PartName& part) { return part.folder == folder; });
  return found == kPartNames.end() ? nullptr : &*found;
}

class DividedFolder : public Dataset {
 public:
  DividedFolder(const fs::path& root, const DatasetOptions& options) {
    std::set<std::string> names;
    for (const PartName& part : kPartNames) {
      std::error_code error;
      if (!fs::is_directory(root / part.folder, error)) continue;
      add(part, open_image_folder(root / part.folder, options));
      names.insert(folders_.back().dataset->classes().begin(), folders_.back().dataset->classes().end());
    }
    if (folders_.empty()) {
      throw Error(ErrorCode::not_found, root.string(),
                  "no folder train, val, valid, validation or test in it");
    }
    classes_ = {names.begin(), names.end()};
    for (Folder& folder : folders_) {
      for (const std::string& name : folder.dataset->classes()) {
        folder.labels.push_back(static_cast<int32_t>(
            std::lower_bound(classes_.begin(), classes_.end(), name) - classes_.begin()));
      }
    }
  }

  int64_t size() const override { return size_; }
  std::span<const int32_t> labels(int64_t index) const override {
    const Folder& folder = folder_of(index);
    return {&folder.labels[static_cast<size_t>(folder.dataset->label(index - folder.first))], 1};
  }
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
    std::unique_ptr<Dataset> dataset;
    int64_t first = 0;  // index of its first sample in the set
    int32_t part = 0;
    std::vector<int32_t> labels = {};  // of its classes in the set
  };

  void add(const PartName& part, std::unique_ptr<Dataset> dataset) {
    const std::string folder(part.folder);
    const std::string before = folder + "/";
    for (const std::string& line : dataset->left_out()) left_out_.push_back(before + line);
    const auto known = std::find(parts_.begin(), parts_.end(), part.part);
    const auto number = static_cast<int32_t>(known - parts_.begin());
    if (known == parts_.end()) parts_.emplace_back(part.part);
    const int64_t first = size_;
    size_ += dataset->size();
    folders_.push_back({folder, std::move(dataset), first, number});
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

bool has_folder(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error)) {
    std::error_code broken_link;
    if (it->is_directory(broken_link)) return true;
  }
  return false;
}

}  // namespace

bool is_divided_folder(const fs::path& root, const std::vector<std::string>& folders) {
  const bool all_are_parts = std::all_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    return find_part(folder) != nullptr && has_folder(root / folder);
  });
  return folders.size() > 1 && all_are_parts;
}

std::unique_ptr<Dataset> open_divided_folder(const fs::path& root, const DatasetOptions& options) {
  return std::make_unique<DividedFolder>(root, options);
}

}  // namespace zoo
