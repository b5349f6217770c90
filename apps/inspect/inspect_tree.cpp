// zoo inspect: the content of a file as a listing.
#include <algorithm>
#include <charconv>
#include <iostream>

#include "apps/cli/table.h"
#include "apps/inspect/inspect.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/value_tree.h"

namespace zoo::apps {
namespace {

constexpr size_t kValueColumns = 64;  // of a value's text; the JSON has all of it

std::optional<PlainValue> plain_value(const Value& value, const std::string& name) {
  if (const bool* flag = value.as_bool()) return PlainValue{name, "bool", *flag ? "true" : "false"};
  if (const int64_t* number = value.as_int()) return PlainValue{name, "int", std::to_string(*number)};
  if (const double* number = value.as_double()) return PlainValue{name, "float", shortest_text(*number)};
  if (const std::string* text = value.as_string()) return PlainValue{name, "str", *text};
  if (const Bytes* bytes = value.as_bytes())
    return PlainValue{name, "bytes", std::to_string(bytes->data.size()) + " bytes"};
  return std::nullopt;
}

// Calls the visitor for everything below a value in the order of Checkpoint::tensors().
template <class Visitor>
void walk(const Value& value, const std::string& name, Visitor& visitor) {
  const auto member = [&](const std::string& key) { return name.empty() ? key : name + '.' + key; };
  if (value.as_tensor() != nullptr) {
    visitor.tensor();
  } else if (const Dict* dict = value.as_dict()) {
    if (!name.empty()) visitor.container("dict", dict->size(), name);
    for (const auto& [key, item] : *dict) walk(item, member(key_text(key)), visitor);
  } else if (const auto* items = value.as_sequence()) {
    visitor.container(value.as_list() != nullptr ? "list" : "tuple", items->size(), name);
    if (visitor.skips(*items)) return;
    for (size_t i = 0; i < items->size(); ++i)
      walk((*items)[i], name + '[' + std::to_string(i) + ']', visitor);
  } else if (const Opaque* opaque = value.as_opaque()) {
    visitor.object(opaque->class_name, name);
    for (const Value* part : {&opaque->args, &opaque->items, &opaque->state}) walk(*part, name, visitor);
  } else if (const auto plain = plain_value(value, name)) {
    visitor.plain(*plain);
  }
}

bool has_structure(const Value& value) {
  return value.as_tensor() != nullptr || value.as_dict() != nullptr || value.as_sequence() != nullptr ||
         value.as_opaque() != nullptr;
}

struct Listing {
  const Checkpoint& checkpoint;
  const AllStatistics& statistics;
  Table table;
  size_t next = 0;  // of checkpoint.tensors()

  void add(const std::string& type, const std::string& shape, const std::string& bytes,
           const std::vector<std::string>& numbers, const std::string& name) {
    std::vector<std::string> cells{type, shape, bytes};
    if (!statistics.empty()) {
      cells.insert(cells.end(), numbers.begin(), numbers.end());
      cells.resize(8);
    }
    cells.push_back(printable(name));
    table.add(std::move(cells));
  }

  void tensor() {
    const auto& [name, view] = checkpoint.tensors()[next];
    std::vector<std::string> numbers;
    if (!statistics.empty() && statistics[next]) {
      const Statistics& found = *statistics[next];
      const bool finite = found.finite > 0;
      for (const double number : {found.min, found.max, found.mean})
        numbers.push_back(finite ? number_text(number) : "-");
      numbers.push_back(std::to_string(found.nan));
      numbers.push_back(std::to_string(found.inf));
    }
    add(std::string(to_string(view.dtype)), shape_text(view.shape), std::to_string(view.bytes()), numbers,
        name);
    ++next;
  }
  void container(const std::string& type, size_t size, const std::string& name) {
    add(type, std::to_string(size), "", {}, name);
  }
  void object(const std::string& class_name, const std::string& name) {
    add("object", "", "", {}, join({name, class_name}, " = "));
  }
  void plain(const PlainValue& value) {
    add(value.type, "", "", {}, join({value.name, value.text}, " = ").substr(0, kValueColumns));
  }
  // A list of numbers is one line.
  static bool skips(const std::vector<Value>& items) {
    return items.size() > 8 && std::ranges::none_of(items, has_structure);
  }
  static std::string number_text(double number) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, number, std::chars_format::general, 6).ptr};
  }
};

struct Values {
  std::vector<PlainValue> found;

  void tensor() {}
  void container(const char*, size_t, const std::string&) {}
  void object(const std::string&, const std::string&) {}
  void plain(const PlainValue& value) { found.push_back(value); }
  static bool skips(const std::vector<Value>&) { return false; }
};

}  // namespace

std::string shortest_text(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

std::vector<PlainValue> plain_values(const Value& root) {
  Values values;
  walk(root, "", values);
  return std::move(values.found);
}

void print_tree(const Checkpoint& checkpoint, const AllStatistics& statistics) {
  std::vector<Column> columns{{"DTYPE"}, {"SHAPE"}, {"BYTES", true}};
  if (!statistics.empty()) {
    for (const char* title : {"MIN", "MAX", "MEAN", "NAN", "INF"}) columns.push_back({title, true});
  }
  columns.push_back({"NAME"});
  Listing listing{checkpoint, statistics, Table(columns)};
  walk(checkpoint.root(), "", listing);
  listing.table.print(std::cout);
}

}  // namespace zoo::apps
