#include "zoo/checkpoint/value.h"

namespace zoo {

Value::Value(std::string text) : data_(std::make_shared<const std::string>(std::move(text))) {}
Value::Value(Bytes bytes) : data_(std::make_shared<const Bytes>(std::move(bytes))) {}
Value::Value(TensorView tensor) : data_(std::make_shared<const TensorView>(std::move(tensor))) {}

Value Value::list(std::vector<Value> items) {
  return std::make_shared<List>(List{std::move(items)});
}
Value Value::tuple(std::vector<Value> items) {
  return std::make_shared<Tuple>(Tuple{std::move(items)});
}
Value Value::dict(Dict members) {
  return std::make_shared<Dict>(std::move(members));
}
Value Value::opaque(Opaque object) {
  return std::make_shared<Opaque>(std::move(object));
}

const std::vector<Value>* Value::as_sequence() const {
  if (const List* list = as_list()) return &list->items;
  if (const Tuple* tuple = as_tuple()) return &tuple->items;
  return nullptr;
}

const Value* Value::find(std::string_view key) const {
  const Dict* dict = as_dict();
  if (dict == nullptr) return nullptr;
  for (const auto& [name, value] : *dict) {
    if (const std::string* text = name.as_string(); text != nullptr && *text == key) return &value;
  }
  return nullptr;
}

}  // namespace zoo
