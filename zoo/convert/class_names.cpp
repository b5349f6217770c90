#include "zoo/convert/class_names.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "zoo/base/error.h"
#include "zoo/manifest/label_file.h"

namespace zoo {
namespace {

constexpr std::array<std::string_view, 7> kContainers{
    "meta", "dataset_meta", "hyper_parameters", "args", "config", "metadata", "extra"};
constexpr int kMaxContainers = 3;  // one inside another

// A dict, or what stands in an object such as argparse's Namespace.
const Value& members_of(const Value& value) {
  const Opaque* object = value.as_opaque();
  return object != nullptr ? object->state : value;
}

std::optional<int64_t> index_of(const Value& value) {
  if (const int64_t* index = value.as_int()) return *index;
  const std::string* text = value.as_string();
  int64_t index = 0;
  if (text == nullptr || text->empty()) return std::nullopt;
  const char* const end = text->data() + text->size();
  const auto [behind, error] = std::from_chars(text->data(), end, index);
  return error == std::errc() && behind == end ? std::optional(index) : std::nullopt;
}

// Empty for what is no list of names.
std::vector<std::string> from_list(const std::vector<Value>& items) {
  std::vector<std::string> names;
  for (const Value& item : items) {
    const std::string* name = item.as_string();
    if (name == nullptr || name->empty()) return {};
    names.push_back(*name);
  }
  return names;
}

std::vector<std::string> from_dict(const Dict& dict) {
  std::vector<int64_t> indices;
  std::vector<std::string> unordered, names;
  for (const auto& [key, value] : dict) {
    const bool to_index = value.as_int() != nullptr;
    const std::string* name = to_index ? key.as_string() : value.as_string();
    const std::optional<int64_t> index = index_of(to_index ? value : key);
    if (name == nullptr || name->empty() || !index) return {};
    unordered.push_back(*name);
    indices.push_back(*index);
  }
  try {
    for (const size_t position : positions_of(indices, "")) names.push_back(unordered[position]);
  } catch (const Error&) {
    return {};  // numbers of something else
  }
  return names;
}

std::vector<std::string> names_in(const Value& value, int depth) {
  const Value& members = members_of(value);
  if (members.as_dict() == nullptr) return {};
  for (const std::string& key : class_name_keys()) {
    const Value* found = members.find(key);
    if (found == nullptr) continue;
    const std::vector<Value>* items = found->as_sequence();
    const Dict* dict = found->as_dict();
    std::vector<std::string> names = items != nullptr  ? from_list(*items)
                                     : dict != nullptr ? from_dict(*dict)
                                                       : std::vector<std::string>();
    if (!names.empty()) return names;
  }
  if (depth == kMaxContainers) return {};
  for (const std::string_view container : kContainers) {
    const Value* found = members.find(container);
    if (found == nullptr) continue;
    std::vector<std::string> names = names_in(*found, depth + 1);
    if (!names.empty()) return names;
  }
  return {};
}

}  // namespace

std::vector<std::string> class_names_in(const Checkpoint& checkpoint) {
  for (const std::string& key : class_name_keys()) {
    const auto found = checkpoint.metadata().find(key);
    if (found == checkpoint.metadata().end()) continue;
    if (!found->second.starts_with('[') && !found->second.starts_with('{')) continue;
    try {
      return parse_label_file(found->second, key).names;
    } catch (const Error&) {
      continue;  // metadata may hold anything
    }
  }
  return names_in(checkpoint.root(), 0);
}

}  // namespace zoo
