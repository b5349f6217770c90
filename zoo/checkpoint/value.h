// The plain values that a checkpoint's object tree is made of. Nothing in it was imported, called or constructed: a
// class that the reader does not know is an Opaque with its name, arguments and state.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "zoo/checkpoint/tensor_view.h"

namespace zoo {

class Value;
using Dict = std::vector<std::pair<Value, Value>>;   // in the order of the file

struct None {};
struct Bytes { std::string data; };
struct List { std::vector<Value> items; };
struct Tuple { std::vector<Value> items; };
struct Opaque;                                       // class name, args, state

class Value {
 public:
  using Data = std::variant<None, bool, int64_t, double, std::string, Bytes, std::shared_ptr<List>,
                            std::shared_ptr<Tuple>, std::shared_ptr<Dict>, TensorView, std::shared_ptr<Opaque>>;
  Value() = default;
  template <class T>
    requires std::constructible_from<Data, T&&> && (!std::same_as<std::remove_cvref_t<T>, Value>)
  Value(T&& data) : data_(std::forward<T>(data)) {}  // NOLINT: a value is made of its data

  const Data& data() const { return data_; }
  Data& data() { return data_; }

  // nullptr / false where the value is of another kind.
  const Dict* as_dict() const;
  const std::string* as_string() const;
  const TensorView* as_tensor() const;
  const std::vector<Value>* as_sequence() const;      // list or tuple
  // Member of a dict by string key; nullptr if absent or not a dict.
  const Value* find(std::string_view key) const;

 private:
  Data data_;
};

struct Opaque {
  std::string class_name;                            // "argparse.Namespace"
  Value args;                                        // what it would have been called with
  Value state;                                       // what its __setstate__ would have been given
};

}  // namespace zoo
