#include "zoo/datasets/lists/label_table.h"

#include <algorithm>
#include <numeric>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/base/text.h"
#include "zoo/datasets/lists/class_names.h"

namespace zoo {

void LabelTable::add(const std::vector<std::string>& labels, int64_t place) {
  for (const std::string& label : labels) {
    const auto [entry, is_new] = known_.emplace(label, static_cast<int32_t>(known_.size()));
    if (is_new) distinct_.push_back({label, place});
    labels_.push_back(entry->second);
  }
  ends_.push_back(labels_.size());
  ++samples_;
}

std::vector<int32_t> LabelTable::among(const Settings& settings) const {
  const std::vector<std::string>& classes = settings.classes;
  std::unordered_map<std::string_view, int32_t> by_name;
  for (size_t i = 0; i < classes.size(); ++i) by_name.emplace(classes[i], static_cast<int32_t>(i));
  std::vector<int32_t> indices;
  for (const Distinct& label : distinct_) {
    const auto named = settings.labels_are_indices ? by_name.end() : by_name.find(label.text);
    const auto index = class_index(label.text);
    if (named == by_name.end() && (!index || static_cast<size_t>(*index) >= classes.size())) {
      throw Error(ErrorCode::mismatch, settings.name(label.place),
                  "label '" + excerpt(label.text) + "' is neither one of the " +
                      std::to_string(classes.size()) + " classes nor an index of them",
                  did_you_mean(nearest_names(label.text, classes)));
    }
    indices.push_back(named != by_name.end() ? named->second : index.value_or(0));
  }
  return indices;
}

std::vector<std::string> LabelTable::own_classes(std::vector<int32_t>& indices) const {
  indices.resize(distinct_.size());
  const bool all_indices = std::all_of(distinct_.begin(), distinct_.end(), [](const Distinct& label) {
    return class_index(label.text).has_value();
  });
  if (all_indices) {
    int32_t most = -1;
    for (size_t i = 0; i < indices.size(); ++i)
      most = std::max(most, indices[i] = class_index(distinct_[i].text).value_or(0));
    return numbers_as_names(most + 1);
  }
  std::vector<size_t> order(distinct_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return distinct_[a].text < distinct_[b].text; });
  std::vector<std::string> classes;
  for (const size_t i : order) {
    indices[i] = static_cast<int32_t>(classes.size());
    classes.push_back(distinct_[i].text);
  }
  return classes;
}

void LabelTable::replace(const std::vector<int32_t>& indices) {
  for (int32_t& label : labels_) label = indices[static_cast<size_t>(label)];
  if (ends_.empty()) return;
  // Two texts may be one class: its name and its index.
  const auto at = [&](uint64_t position) { return labels_.begin() + static_cast<std::ptrdiff_t>(position); };
  uint64_t begin = 0, kept = 0;
  for (uint64_t& end : ends_) {
    std::sort(at(begin), at(end));
    const auto unique_end = std::unique(at(begin), at(end));
    const auto count = static_cast<uint64_t>(unique_end - at(begin));
    std::move(at(begin), unique_end, at(kept));
    begin = end;
    end = kept += count;
  }
  labels_.resize(kept);
}

std::vector<std::string> LabelTable::settle(Settings settings) {
  if (samples_ == 0) throw Error(ErrorCode::mismatch, settings.where, "no picture in it");
  std::vector<int32_t> indices;
  if (settings.classes.empty()) {
    settings.classes = own_classes(indices);
  } else {
    indices = among(settings);
  }
  if (!settings.multi_label) {
    if (settings.classes.size() < 2 && !settings.may_have_one_class) {
      throw Error(
          ErrorCode::mismatch, settings.where, "only one class, '" + excerpt(settings.classes.at(0)) + "'",
          "At least two classes are needed; a file classes.txt beside it names those without pictures.");
    }
    ends_ = {};
  }
  replace(indices);
  known_ = {};
  distinct_ = {};
  labels_.shrink_to_fit();
  ends_.shrink_to_fit();
  return std::move(settings.classes);
}

std::span<const int32_t> LabelTable::of(int64_t sample) const {
  const auto at = static_cast<size_t>(sample);
  if (ends_.empty()) return {&labels_[at], 1};
  const uint64_t begin = at == 0 ? 0 : ends_[at - 1];
  return std::span(labels_).subspan(begin, ends_[at] - begin);
}

}  // namespace zoo
