// A value of a JSON file that has a schema: what is not as expected is refused, and the message names the
// file and the place, "weights.json:/weights/3/sha256".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "zoo/base/json_tree.h"

namespace zoo {

// Refers to the tree and to the file's name. Everything here throws Error{corrupt} by way of refuse().
class JsonNode {
 public:
  static constexpr int64_t kAny = std::numeric_limits<int64_t>::max();

  JsonNode(const JsonTree& tree, const std::string& file, size_t index = 0)
      : tree_(&tree), file_(&file), index_(index) {}

  [[noreturn]] void refuse(const std::string& what, const std::string& remedy = {}) const;

  // The members must be these, of which the mandatory ones must be there.
  void check_members(std::initializer_list<std::string_view> mandatory,
                     std::initializer_list<std::string_view> optional) const;
  bool has(std::string_view key) const { return tree_->member(index_, key) != 0; }
  JsonNode operator[](std::string_view key) const;  // refuses where it is not there
  std::vector<JsonNode> items() const;              // of an array
  std::vector<std::pair<std::string, JsonNode>> members() const;

  bool is_null() const { return entry().kind == JsonKind::null; }
  bool is_text() const { return entry().kind == JsonKind::string; }
  bool is_array() const { return entry().kind == JsonKind::array; }
  bool is_object() const { return entry().kind == JsonKind::object; }
  std::string text() const;                                    // not empty
  std::string text_or_nothing(std::string_view key) const;     // empty where there is no such member
  std::vector<std::string> texts(std::string_view key) const;  // the same
  int64_t integer(int64_t lowest, int64_t highest) const;
  double number(double above, double at_most) const;
  bool flag() const;

 private:
  const JsonEntry& entry() const { return tree_->entries()[index_]; }
  std::vector<JsonNode> children() const;
  [[noreturn]] void refuse_type(const std::string& expected) const;

  const JsonTree* tree_;
  const std::string* file_;
  size_t index_;
};

}  // namespace zoo
