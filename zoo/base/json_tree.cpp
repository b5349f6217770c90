#include "zoo/base/json_tree.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"

namespace zoo {

// What nlohmann's parser calls for each value, in document order.
class JsonTreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonTreeBuilder(JsonTree& tree, const std::string& file) : tree_(&tree), file_(&file) {}

  bool null() override { return add({.kind = JsonKind::null}); }
  bool boolean(bool value) override { return add({.kind = JsonKind::boolean, .flag = value}); }
  bool number_integer(int64_t value) override { return add_integer(value); }
  bool number_unsigned(uint64_t value) override {
    if (value <= INT64_MAX) return add_integer(static_cast<int64_t>(value));
    return add(
        {.kind = JsonKind::real, .text = keep(std::to_string(value)), .real = static_cast<double>(value)});
  }
  bool number_float(double value, const std::string& digits) override {
    return add({.kind = JsonKind::real, .text = keep(digits), .real = value});
  }
  bool string(std::string& value) override { return add({.kind = JsonKind::string, .text = keep(value)}); }
  bool binary(binary_t& /*never in a text*/) override { return false; }
  bool start_object(size_t /*unknown*/) override { return open(JsonKind::object); }
  bool start_array(size_t /*unknown*/) override { return open(JsonKind::array); }
  bool end_object() override {
    refuse_duplicates(open_.back());
    return close();
  }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    key_ = keep(name);
    return true;
  }

  bool parse_error(size_t /*place*/, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    const std::string what = error.what();  // "[json.exception...] parse error at line 1, ..."
    const size_t begin = what.find("] ");
    throw Error(ErrorCode::corrupt, *file_,
                "is not JSON: " + excerpt(begin == std::string::npos ? what : what.substr(begin + 2), 300));
  }

 private:
  // Once an object is whole: to look for each member among those before it takes quadratic time.
  void refuse_duplicates(size_t object) {
    const auto& entries = tree_->entries_;
    keys_.clear();
    for (size_t child = object + 1; child < entries.size(); child = entries[child].end) {
      keys_.push_back(entries[child].key);
    }
    std::ranges::sort(keys_);
    const auto twice = std::ranges::adjacent_find(keys_);
    if (twice == keys_.end()) return;
    throw Error(ErrorCode::corrupt, *file_, "member '" + excerpt(*twice) + "' is there twice in one object");
  }

  std::string_view keep(const std::string& characters) {
    const size_t begin = tree_->characters_.size();
    tree_->characters_ += characters;
    return std::string_view(tree_->characters_).substr(begin);
  }

  bool add(JsonEntry entry) {
    entry.key = key_;
    key_ = {};
    entry.parent = open_.empty() ? 0 : open_.back();
    entry.end = tree_->entries_.size() + 1;
    tree_->entries_.push_back(entry);
    return true;
  }
  bool add_integer(int64_t value) {
    return add({.kind = JsonKind::integer,
                .text = keep(std::to_string(value)),
                .integer = value,
                .real = static_cast<double>(value)});
  }
  bool open(JsonKind kind) {
    const size_t index = tree_->entries_.size();
    add({.kind = kind});
    open_.push_back(index);
    return true;
  }
  bool close() {
    tree_->entries_[open_.back()].end = tree_->entries_.size();
    open_.pop_back();
    return true;
  }

  JsonTree* tree_;
  const std::string* file_;
  std::vector<size_t> open_;            // arrays and objects that are not closed yet
  std::string_view key_;                // of the value that comes next
  std::vector<std::string_view> keys_;  // of the object that is looked at
};

JsonTree::JsonTree(std::string_view text, const std::string& file) {
  // Nothing grows when it is decoded, so the views into the characters stay valid.
  characters_.reserve(text.size());
  JsonTreeBuilder builder(*this, file);
  nlohmann::json::sax_parse(text, &builder);
}

size_t JsonTree::member(size_t object, std::string_view key) const {
  for (size_t child = object + 1; child < entries_[object].end; child = entries_[child].end) {
    if (entries_[child].key == key) return child;
  }
  return 0;
}

std::string JsonTree::pointer(size_t entry) const {
  if (entry == 0) return "";
  const size_t parent = entries_[entry].parent;
  std::string name;
  if (entries_[parent].kind == JsonKind::object) {
    for (const char c : entries_[entry].key) name += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  } else {
    size_t position = 0;
    for (size_t child = parent + 1; child < entry; child = entries_[child].end) ++position;
    name = std::to_string(position);
  }
  return pointer(parent) + "/" + name;
}

std::string_view to_string(JsonKind kind) {
  constexpr std::array<std::string_view, 7> kNames{"null",   "boolean", "number", "number",
                                                   "string", "array",   "object"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace zoo
