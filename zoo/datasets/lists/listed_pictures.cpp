#include "zoo/datasets/lists/listed_pictures.h"

#include <algorithm>
#include <set>

#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/datasets/folders/part_names.h"
#include "zoo/datasets/lists/class_names.h"

namespace zoo {
namespace {

// A survey counts each class in each part; a column of thousands of words is no split.
constexpr size_t kMostParts = 100;

// The first folder of "images/train/cat/" that is called as a part is; empty for none.
std::string_view part_of_folders(std::string_view folders) {
  for (size_t at = 0; at < folders.size();) {
    const size_t end = folders.find('/', at);
    if (const std::string_view part = part_called(folders.substr(at, end - at)); !part.empty()) return part;
    at = end + 1;
  }
  return {};
}

}  // namespace

class ListedPictures : public Dataset {
 public:
  ListedPictures(PictureList&& list, bool multi_label)
      : root_(std::move(list.picture_root_)),
        multi_label_(multi_label),
        labels_(std::move(list.labels_)),
        paths_(std::move(list.paths_)),
        path_ends_(std::move(list.path_ends_)),
        sample_parts_(std::move(list.sample_parts_)) {
    classes_ = std::move(list.classes_);
    parts_ = std::move(list.parts_);
    notes_ = std::move(list.notes_);
    if (parts_.empty()) sample_parts_ = {};
    paths_.shrink_to_fit();
    path_ends_.shrink_to_fit();
    sample_parts_.shrink_to_fit();
  }

  int64_t size() const override { return static_cast<int64_t>(path_ends_.size()); }
  std::span<const int32_t> labels(int64_t index) const override { return labels_.of(index); }
  bool multi_label() const override { return multi_label_; }
  int32_t part(int64_t index) const override {
    return sample_parts_.empty() ? -1 : sample_parts_[static_cast<size_t>(index)];
  }
  std::string name(int64_t index) const override {
    const auto at = static_cast<size_t>(index);
    const uint64_t begin = at == 0 ? 0 : path_ends_[at - 1];
    return paths_.substr(begin, path_ends_[at] - begin);
  }
  std::filesystem::path file(int64_t index) const override { return root_ / name(index); }
  StoredPicture fetch(int64_t index) const override { return read_encoded(file(index)); }
  bool is_present(int64_t index) const override {
    std::error_code error;
    return std::filesystem::exists(file(index), error);
  }

 private:
  std::filesystem::path root_;
  bool multi_label_;
  LabelTable labels_;
  std::string paths_;
  std::vector<uint64_t> path_ends_;
  std::vector<int32_t> sample_parts_;  // empty: no parts
};

PictureList::PictureList(std::filesystem::path list, const DatasetOptions& options)
    : list_(std::move(list)), picture_root_(options.picture_root), may_have_one_class_(options.is_part) {
  std::error_code error;
  if (picture_root_.empty()) {
    picture_root_ = list_.parent_path();
  } else if (!std::filesystem::is_directory(picture_root_, error)) {
    throw Error(ErrorCode::not_found, picture_root_.string(), "no such folder, where the list's paths begin");
  }
  classes_are_settled_ = !options.classes_file.empty();
  classes_ = classes_are_settled_ ? read_class_names(options.classes_file)
                                  : class_names_in(list_.parent_path()).value_or(std::vector<std::string>());
}

void PictureList::name_classes(std::vector<std::string> classes) {
  if (!classes_are_settled_) classes_ = std::move(classes);
}

std::string PictureList::place(int64_t line) const {
  return list_.string() + ":" + place_word_ + std::to_string(line);
}

void PictureList::add(std::string_view path, const std::vector<std::string>& labels, std::string_view part,
                      int64_t line) {
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    throw Error(ErrorCode::corrupt, place(line), path.empty() ? "the path is empty" : "the path holds a NUL");
  }
  const size_t begin = paths_.size();
  paths_ += path;
  if (path.find('\\') != std::string_view::npos) {
    if (!has_backslashes_) {
      std::error_code error;
      has_backslashes_ = !std::filesystem::exists(picture_root_ / path, error);
      if (*has_backslashes_) note("backslashes in paths: taken for slashes");
    }
    if (*has_backslashes_)
      std::replace(paths_.begin() + static_cast<std::ptrdiff_t>(begin), paths_.end(), '\\', '/');
  }
  path_ends_.push_back(paths_.size());
  labels_.add(labels, line);
  sample_parts_.push_back(part.empty() ? -1 : part_number(part, line));
}

int32_t PictureList::part_number(std::string_view part, int64_t line) {
  if (const std::string_view usual = part_called(part); !usual.empty()) part = usual;
  const auto [entry, is_new] =
      known_parts_.emplace(std::string(part), static_cast<int32_t>(known_parts_.size()));
  if (is_new && parts_.size() == kMostParts) {
    throw Error(ErrorCode::corrupt, place(line),
                "'split' says one of more than " + std::to_string(kMostParts) + " different words",
                "It is for train, val and test; call a column of other things otherwise.");
  }
  if (is_new) parts_.emplace_back(part);
  return entry->second;
}

std::string_view PictureList::path_at(size_t index) const {
  const uint64_t begin = index == 0 ? 0 : path_ends_[index - 1];
  return std::string_view(paths_).substr(begin, path_ends_[index] - begin);
}

void PictureList::take_parts_of_paths() {
  std::unordered_map<std::string_view, std::string_view> known;  // by folder
  std::vector<std::string_view> found;
  int64_t without = 0;
  std::set<std::string_view> different;
  for (size_t i = 0; i < path_ends_.size(); ++i) {
    const std::string_view path = path_at(i), folder = path.substr(0, path.rfind('/') + 1);
    const auto [entry, is_new] = known.emplace(folder, "");
    if (is_new) entry->second = part_of_folders(folder);
    found.push_back(entry->second);
    if (entry->second.empty())
      ++without;
    else
      different.insert(entry->second);
  }
  if (different.size() < 2) return;
  if (without > 0) {
    note("folders called " + join({different.begin(), different.end()}, " and ") +
         " in the paths: no parts, since " + format_count(without) + " of " +
         format_count(std::ssize(found)) + " paths name none; a column 'split' would say them");
    return;
  }
  for (size_t i = 0; i < found.size(); ++i) sample_parts_[i] = part_number(found[i], 0);
}

std::unique_ptr<Dataset> PictureList::finish(bool multi_label) && {
  if (parts_.empty()) take_parts_of_paths();
  classes_ = labels_.settle({.classes = std::move(classes_),
                             .multi_label = multi_label,
                             .may_have_one_class = may_have_one_class_,
                             .labels_are_indices = labels_are_indices_,
                             .where = list_.string(),
                             .name = [this](int64_t line) { return place(line); }});
  return std::make_unique<ListedPictures>(std::move(*this), multi_label);
}

}  // namespace zoo
