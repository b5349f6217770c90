#include "zoo/checkpoint/value_tree.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "zoo/base/bytes.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

const void* identity(const Value& value) {
  if (const List* list = value.as_list()) return list;
  if (const Tuple* tuple = value.as_tuple()) return tuple;
  if (const Dict* dict = value.as_dict()) return dict;
  return value.as_opaque();
}

// Calls visit(child) for each child of a container.
template <class Visit>
void for_each_child(const Value& value, Visit visit) {
  if (const auto* items = value.as_sequence()) {
    for (const Value& item : *items) visit(item);
  } else if (const Dict* dict = value.as_dict()) {
    for (const auto& [key, member] : *dict) {
      visit(key);
      visit(member);
    }
    visit(dict->attributes);
  } else if (const Opaque* opaque = value.as_opaque()) {
    visit(opaque->args);
    visit(opaque->state);
    visit(opaque->items);
  }
}

// Python takes 1, 1.0 and True for one key, of which the last value counts.
std::optional<long double> number_of(const Value& key) {
  if (const bool* truth = key.as_bool()) return *truth ? 1 : 0;
  if (const int64_t* integer = key.as_int()) return *integer;
  if (const double* real = key.as_double(); real != nullptr && !std::isnan(*real)) return *real;
  return std::nullopt;
}

void refuse_duplicate_keys(const Dict& dict) {
  std::vector<std::string_view> keys;
  std::vector<long double> numbers;
  keys.reserve(dict.size());
  for (const auto& [key, value] : dict) {
    if (const std::string* text = key.as_string()) keys.push_back(*text);
    if (const auto number = number_of(key)) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  if (std::adjacent_find(numbers.begin(), numbers.end()) != numbers.end())
    throw Error(ErrorCode::corrupt, {}, "a dict has a number twice among its keys; 1, 1.0 and True are one");
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) {
    throw Error(ErrorCode::corrupt, {}, "a dict has the key '" + excerpt(*twice) + "' twice");
  }
}

// Walks a possibly shared, possibly cyclic graph once.
class Inspector {
 public:
  struct Extent {
    int height = 0;      // levels of containers in it
    int64_t values = 0;  // in it, counting shared parts each time
    bool complete = false;
  };

  Extent visit(const Value& value, int depth) {
    const void* id = identity(value);
    if (id == nullptr) return {0, weight(value), true};
    const auto [found, is_new] = extents_.try_emplace(id);
    if (!is_new) {
      if (!found->second.complete) throw Error(ErrorCode::corrupt, {}, "an object contains itself");
      check_depth(depth + found->second.height);
      return found->second;
    }
    check_depth(depth + 1);
    if (const Dict* dict = value.as_dict()) refuse_duplicate_keys(*dict);
    Extent extent{1, 1, true};
    for_each_child(value, [&](const Value& child) {
      const Extent part = visit(child, depth + 1);
      extent.height = std::max(extent.height, part.height + 1);
      extent.values += part.values;
      if (extent.values > kMaxValues) {
        throw Error(ErrorCode::corrupt, {},
                    "its object tree has more than " + std::to_string(kMaxValues) + " values");
      }
    });
    return extents_[id] = extent;
  }

  bool reached(const Value& container) const { return extents_.contains(identity(container)); }

 private:
  static void check_depth(int depth) {
    if (depth > kMaxDepth) {
      throw Error(ErrorCode::corrupt, {},
                  "its objects are nested more than " + std::to_string(kMaxDepth) + " deep");
    }
  }

  std::unordered_map<const void*, Extent> extents_;
};

template <class T>
T* member(Value& value) {
  auto* pointer = std::get_if<std::shared_ptr<T>>(&value.data());
  return pointer == nullptr ? nullptr : pointer->get();
}

void take_apart(Value& container) noexcept {
  if (auto* list = member<List>(container)) list->items.clear();
  if (auto* tuple = member<Tuple>(container)) tuple->items.clear();
  if (auto* dict = member<Dict>(container)) *dict = Dict();
  if (auto* opaque = member<Opaque>(container)) opaque->args = opaque->state = opaque->items = Value();
}

bool is_module_part(const std::string& key) {
  return key == "_parameters" || key == "_buffers" || key == "_modules";
}

std::string joined(const std::string& name, const std::string& key) {
  if (name.size() + key.size() > kMaxNameLength) {
    throw Error(ErrorCode::corrupt, {},
                "a tensor's name is longer than " + std::to_string(kMaxNameLength) + " bytes");
  }
  return name.empty() ? key : name + '.' + key;
}

}  // namespace

int64_t weight(const Value& value) {
  if (const std::string* text = value.as_string()) return 1 + static_cast<int64_t>(text->size() / 64);
  if (const Bytes* bytes = value.as_bytes()) return 1 + static_cast<int64_t>(bytes->data.size() / 64);
  if (const auto* items = value.as_sequence()) return 1 + static_cast<int64_t>(items->size());
  if (const Dict* dict = value.as_dict()) return 1 + 2 * static_cast<int64_t>(dict->size());
  if (const Opaque* opaque = value.as_opaque()) {
    size_t text = opaque->class_name.size();
    const auto* args = opaque->args.as_sequence();  // of a large integer: its digits
    if (args != nullptr && args->size() == 1 && (*args)[0].as_string() != nullptr)
      text += (*args)[0].as_string()->size();
    return 8 + static_cast<int64_t>(text / 16);
  }
  return value.as_tensor() != nullptr ? 16 : 1;
}

Nursery::~Nursery() {
  for (Value& container : containers_) take_apart(container);
}

Value Nursery::adopt(Value value) {
  if (identity(value) != nullptr) {
    if (containers_.size() == kMaxContainers) {
      throw Error(ErrorCode::corrupt, {}, "more than " + std::to_string(kMaxContainers) + " objects");
    }
    containers_.push_back(value);
  }
  return value;
}

void Nursery::release(const Value& root) {
  Inspector inspector;
  inspector.visit(root, 0);
  std::erase_if(containers_, [&](const Value& container) { return inspector.reached(container); });
}

std::string key_text(const Value& key) {
  if (const std::string* text = key.as_string()) return *text;
  if (const int64_t* number = key.as_int()) return std::to_string(*number);
  if (const bool* flag = key.as_bool()) return *flag ? "True" : "False";
  if (const double* number = key.as_double()) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof(digits), *number).ptr};
  }
  if (const Opaque* opaque = key.as_opaque()) return opaque->class_name;
  if (const auto* items = key.as_sequence()) {
    std::string text = "(";
    for (const Value& item : *items) text += (text.size() > 1 ? ", " : "") + key_text(item);
    return text + ")";
  }
  return key.is_none() ? "None" : "?";
}

void flatten(const Value& value, const std::string& name, std::vector<NamedTensor>& out) {
  if (const TensorView* tensor = value.as_tensor()) {
    out.push_back({name, *tensor});
  } else if (const Dict* dict = value.as_dict()) {
    for (const auto& [key, member] : *dict) flatten(member, joined(name, key_text(key)), out);
  } else if (const auto* items = value.as_sequence()) {
    for (size_t i = 0; i < items->size(); ++i)
      flatten((*items)[i], name + '[' + std::to_string(i) + ']', out);
  } else if (const Opaque* opaque = value.as_opaque()) {
    flatten(opaque->args, name, out);
    flatten(opaque->items, name, out);
    const bool is_module =
        opaque->state.find("_parameters") != nullptr && opaque->state.find("_modules") != nullptr;
    if (!is_module) {
      flatten(opaque->state, name, out);
      return;
    }
    for (const auto& [key, member] : *opaque->state.as_dict()) {
      const std::string part = key_text(key);
      flatten(member, is_module_part(part) ? name : joined(name, part), out);
    }
  }
}

}  // namespace zoo
