#include "zoo/datasets/dataset.h"

#include <algorithm>
#include <unordered_map>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/datasets/folders/part_names.h"

namespace zoo {
namespace {

class Subset : public Dataset {
 public:
  Subset(std::shared_ptr<const Dataset> dataset, std::vector<int64_t> indices)
      : dataset_(std::move(dataset)), indices_(std::move(indices)) {
    classes_ = dataset_->classes();
    parts_ = dataset_->parts();
  }
  int64_t size() const override { return static_cast<int64_t>(indices_.size()); }
  std::span<const int32_t> labels(int64_t index) const override { return dataset_->labels(at(index)); }
  bool multi_label() const override { return dataset_->multi_label(); }
  int32_t part(int64_t index) const override { return dataset_->part(at(index)); }
  std::string name(int64_t index) const override { return dataset_->name(at(index)); }
  StoredPicture fetch(int64_t index) const override { return dataset_->fetch(at(index)); }
  std::filesystem::path file(int64_t index) const override { return dataset_->file(at(index)); }
  bool is_present(int64_t index) const override { return dataset_->is_present(at(index)); }

 private:
  int64_t at(int64_t index) const { return indices_[static_cast<size_t>(index)]; }

  std::shared_ptr<const Dataset> dataset_;
  std::vector<int64_t> indices_;
};

class WithClasses : public Dataset {
 public:
  WithClasses(std::shared_ptr<const Dataset> dataset, std::vector<std::string> classes)
      : dataset_(std::move(dataset)) {
    classes_ = std::move(classes);
    parts_ = dataset_->parts();
    left_out_ = dataset_->left_out();
    notes_ = dataset_->notes();
    std::unordered_map<std::string_view, int32_t> by_name;
    for (size_t i = 0; i < classes_.size(); ++i) by_name.emplace(classes_[i], static_cast<int32_t>(i));
    for (const std::string& name : dataset_->classes()) {
      const auto found = by_name.find(name);
      if (found == by_name.end()) {
        throw Error(ErrorCode::mismatch, {}, "class '" + name + "' is not among the other data's classes",
                    did_you_mean(nearest_names(name, classes_)));
      }
      indices_.push_back(found->second);
    }
    if (dataset_->multi_label()) translate_lists();
  }

  int64_t size() const override { return dataset_->size(); }
  std::span<const int32_t> labels(int64_t index) const override {
    if (!multi_label()) return {&indices_[static_cast<size_t>(dataset_->label(index))], 1};
    const auto at = static_cast<size_t>(index);
    const uint64_t begin = at == 0 ? 0 : list_ends_[at - 1];
    return std::span(lists_).subspan(begin, list_ends_[at] - begin);
  }
  bool multi_label() const override { return dataset_->multi_label(); }
  int32_t part(int64_t index) const override { return dataset_->part(index); }
  std::string name(int64_t index) const override { return dataset_->name(index); }
  StoredPicture fetch(int64_t index) const override { return dataset_->fetch(index); }
  std::filesystem::path file(int64_t index) const override { return dataset_->file(index); }
  bool is_present(int64_t index) const override { return dataset_->is_present(index); }

 private:
  void translate_lists() {
    for (int64_t i = 0; i < dataset_->size(); ++i) {
      const auto begin = std::ssize(lists_);
      for (const int32_t label : dataset_->labels(i)) lists_.push_back(indices_[static_cast<size_t>(label)]);
      std::sort(lists_.begin() + begin, lists_.end());
      list_ends_.push_back(lists_.size());
    }
  }

  std::shared_ptr<const Dataset> dataset_;
  std::vector<int32_t> indices_;     // of its classes
  std::vector<int32_t> lists_;       // of several labels a sample, one sample behind the other
  std::vector<uint64_t> list_ends_;  // by sample
};

}  // namespace

int64_t Dataset::label(int64_t index) const {
  const std::span<const int32_t> all = labels(index);
  return all.empty() ? -1 : all.front();
}

Image Dataset::load(int64_t index, const DecodeOptions& options) const {
  StoredPicture stored = fetch(index);
  if (auto* pixels = std::get_if<Image>(&stored)) return std::move(*pixels);
  const auto& encoded = std::get<EncodedPicture>(stored);
  return decode_image(encoded.bytes, encoded.name, options);
}

std::unique_ptr<Dataset> subset(std::shared_ptr<const Dataset> dataset, std::vector<int64_t> indices) {
  return std::make_unique<Subset>(std::move(dataset), std::move(indices));
}

std::shared_ptr<const Dataset> with_classes(std::shared_ptr<const Dataset> dataset,
                                            std::vector<std::string> classes) {
  if (dataset->classes() == classes) return dataset;
  return std::make_shared<WithClasses>(std::move(dataset), std::move(classes));
}

std::optional<int32_t> find_part(const Dataset& dataset, std::string_view name) {
  const std::vector<std::string>& parts = dataset.parts();
  auto found = std::find(parts.begin(), parts.end(), name);
  if (found == parts.end()) found = std::find(parts.begin(), parts.end(), part_called(name));
  if (found == parts.end()) return std::nullopt;
  return static_cast<int32_t>(found - parts.begin());
}

std::unique_ptr<Dataset> take_part(const std::shared_ptr<const Dataset>& dataset, const std::string& name) {
  const std::vector<std::string>& parts = dataset->parts();
  const std::optional<int32_t> wanted = find_part(*dataset, name);
  if (!wanted) {
    throw Error(
        ErrorCode::not_found, {}, "the data has no part '" + name + "'",
        parts.empty() ? "It is not divided into parts." : "It has: " + excerpt(join(parts, ", "), 300) + ".");
  }
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < dataset->size(); ++i) {
    if (dataset->part(i) == *wanted) indices.push_back(i);
  }
  return subset(dataset, std::move(indices));
}

void require_present(const Dataset& dataset) {
  int64_t missing = 0, first = 0;
  for (int64_t i = dataset.size() - 1; i >= 0; --i) {
    if (dataset.is_present(i)) continue;
    ++missing;
    first = i;
  }
  if (missing == 0) return;
  throw Error(
      ErrorCode::not_found, dataset.file(first).string(),
      "is not there; the data names " + format_count(dataset.size()) + " pictures, of which " +
          format_count(missing) + (missing == 1 ? " is missing" : " are missing"),
      "Put them back or take their lines out; picture_root = FOLDER says where the paths of a list begin.");
}

std::optional<std::string> judging_part(const Dataset& dataset) {
  for (const char* name : {"val", "test"})
    if (find_part(dataset, name)) return name;
  return std::nullopt;
}

}  // namespace zoo
