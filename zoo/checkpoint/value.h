// The plain values that a checkpoint's object tree is made of. Nothing in it was imported, called or
// constructed: a class that the reader does not know is an Opaque with its name, arguments and state.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "zoo/checkpoint/tensor_view.h"

namespace zoo {

class Value;
struct Dict;  // members in the order of the file

// A class or function that a pickle names.
struct Global {
  std::string module, name;  // "torch.nn.parameter", "Parameter"; a dot in the name looks inside it

  std::string text() const { return module + '.' + name; }
  auto operator<=>(const Global&) const = default;
};

struct None {};
struct Bytes {
  std::string data;
};  // also text that is not UTF-8
struct List {
  std::vector<Value> items;
};
struct Tuple {
  std::vector<Value> items;
};
struct Opaque;  // class name, args, state, items

// 24 bytes, cheap to copy: whatever is larger is shared, as it is in the file.
class Value {
 public:
  using Data =
      std::variant<None, bool, int64_t, double, std::shared_ptr<const std::string>,
                   std::shared_ptr<const Bytes>, std::shared_ptr<List>, std::shared_ptr<Tuple>,
                   std::shared_ptr<Dict>, std::shared_ptr<const TensorView>, std::shared_ptr<Opaque>>;
  Value() = default;
  template <class T>
    requires std::constructible_from<Data, T&&> && (!std::same_as<std::remove_cvref_t<T>, Value>)
  Value(T&& data) : data_(std::forward<T>(data)) {}      // NOLINT: a value is made of its data
  Value(std::string text);                               // NOLINT
  Value(const char* text) : Value(std::string(text)) {}  // NOLINT
  Value(Bytes bytes);                                    // NOLINT
  Value(TensorView tensor);                              // NOLINT
  static Value list(std::vector<Value> items);
  static Value tuple(std::vector<Value> items);
  static Value dict(Dict members);
  static Value opaque(Opaque object);

  const Data& data() const { return data_; }
  Data& data() { return data_; }

  // nullptr / false where the value is of another kind.
  bool is_none() const { return std::holds_alternative<None>(data_); }
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const int64_t* as_int() const { return std::get_if<int64_t>(&data_); }
  const double* as_double() const { return std::get_if<double>(&data_); }
  const std::string* as_string() const { return shared<const std::string>(); }
  const Bytes* as_bytes() const { return shared<const Bytes>(); }
  const Dict* as_dict() const { return shared<Dict>(); }
  const List* as_list() const { return shared<List>(); }
  const Tuple* as_tuple() const { return shared<Tuple>(); }
  const std::vector<Value>* as_sequence() const;  // list or tuple
  const TensorView* as_tensor() const { return shared<const TensorView>(); }
  const Opaque* as_opaque() const { return shared<Opaque>(); }
  // Member of a dict by string key; nullptr if absent or not a dict.
  const Value* find(std::string_view key) const;

 private:
  template <class T>
  const T* shared() const {
    const auto* pointer = std::get_if<std::shared_ptr<T>>(&data_);
    return pointer == nullptr ? nullptr : pointer->get();
  }

  Data data_;
};

struct Dict : std::vector<std::pair<Value, Value>> {
  using std::vector<std::pair<Value, Value>>::vector;
  bool ordered = false;  // a collections.OrderedDict
  Value attributes;      // of the OrderedDict itself: none, or a dict such as {"_metadata": {...}}
};

struct Opaque {
  std::string class_name = {};  // "argparse.Namespace"
  Value args = {};              // a tuple: what it would have been called with; none: the class itself
  Value state = {};             // what its __setstate__ would have been given
  Value items = {};             // what was put into it: a list, or a dict for a mapping
};

struct NamedTensor {
  std::string name;  // keys of nested containers joined by '.', positions as '[i]'; a bare tensor is ""
  TensorView tensor;
};

}  // namespace zoo
