#include "zoo/checkpoint/pickle/pickle_machine.h"

#include <iterator>
#include <memory>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/foreign_text.h"
#include "zoo/checkpoint/pickle/pickle_arguments.h"

namespace zoo {
namespace {

constexpr size_t kMaxGlobalLength = 255;  // of a class name, in bytes
constexpr size_t kMaxMarks = 10'000;
constexpr uint64_t kMaxMemo = 500'000;
constexpr size_t kMaxStack = 250'000;  // values; Python's pickler adds a thousand at a time to a list

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

void add_pairs(Dict& dict, std::vector<Value> items) {
  if (items.size() % 2 != 0) fail("a dict key without its value");
  for (size_t i = 0; i < items.size(); i += 2)
    dict.emplace_back(std::move(items[i]), std::move(items[i + 1]));
}

// How protocols 0 and 1 make an object: copyreg._reconstructor(class, base, value of the base).
const Opaque* reconstructed_class(const Opaque& function, const std::vector<Value>& args) {
  const bool is_it =
      function.class_name == "copy_reg._reconstructor" || function.class_name == "copyreg._reconstructor";
  return is_it && args.size() == 3 ? args[0].as_opaque() : nullptr;
}

}  // namespace

void PickleMachine::charge(int64_t values) {
  charged_ += values;
  if (charged_ > kMaxValues) fail("more than " + std::to_string(kMaxValues) + " values");
}

void PickleMachine::push(Value value) {
  charge(value.as_opaque() != nullptr ? weight(value) : 1);
  stack(nursery_.adopt(std::move(value)));
}

void PickleMachine::stack(Value value) {
  if (stack_.size() == kMaxStack) fail("more than " + std::to_string(kMaxStack) + " values on the stack");
  stack_.push_back(std::move(value));
}

Value& PickleMachine::top() {
  if (stack_.size() <= floor()) fail("takes a value from an empty stack");
  return stack_.back();
}

Value PickleMachine::pop() {
  Value value = std::move(top());
  stack_.pop_back();
  return value;
}

void PickleMachine::mark() {
  if (marks_.size() == kMaxMarks) fail("more than " + std::to_string(kMaxMarks) + " open marks");
  marks_.push_back(stack_.size());
}

std::vector<Value> PickleMachine::pop_to_mark() {
  if (marks_.empty()) fail("wants a mark where there is none");
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Value> items(std::make_move_iterator(first), std::make_move_iterator(stack_.end()));
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

void PickleMachine::pop_value_or_mark() {
  if (!marks_.empty() && stack_.size() == marks_.back()) {
    marks_.pop_back();
  } else {
    pop();
  }
}

void PickleMachine::push_tuple(size_t count) {
  std::vector<Value> items(count);
  for (size_t i = count; i-- > 0;) items[i] = pop();
  push(Value::tuple(std::move(items)));
}

void PickleMachine::put(uint64_t index) {
  if (index > memo_limit_ || index > kMaxMemo)
    fail("memo index " + std::to_string(index) + " is out of range");
  const Value value = top();
  if (index >= memo_.size()) memo_.resize(index + 1);
  memo_[index] = value;
}

void PickleMachine::get(uint64_t index) {
  const std::optional<Value> entry = index < memo_.size() ? memo_[index] : std::nullopt;
  if (!entry) fail("the memo has no entry " + std::to_string(index));
  charge(1);
  const auto built = built_.find(entry->as_opaque());
  stack(built == built_.end() ? *entry : built->second);
}

void PickleMachine::push_global(std::string_view module, std::string_view name) {
  if (module.size() + name.size() > kMaxGlobalLength || !is_utf8(module) || !is_utf8(name))
    fail("a bad class name");
  const Global global{std::string(module), std::string(name)};
  push(Value::opaque({.class_name = global.text()}));
  globals_.insert(global);
}

void PickleMachine::push_persistent(const Value& id) {
  Value value = host_.persistent(id);
  charge(weight(value));
  push(std::move(value));
}

void PickleMachine::push_set() {
  push(Value::opaque({.class_name = "builtins.set", .args = nursery_.adopt(Value::tuple({}))}));
}

void PickleMachine::push_frozen_set(std::vector<Value> items) {
  const Value list = nursery_.adopt(Value::list(std::move(items)));
  push(Value::opaque({.class_name = "builtins.frozenset", .args = nursery_.adopt(Value::tuple({list}))}));
}

void PickleMachine::push_dict(std::vector<Value> keys_and_values) {
  Dict dict;
  add_pairs(dict, std::move(keys_and_values));
  push(Value::dict(std::move(dict)));
}

void PickleMachine::call(const Value& callee, const Value& arguments) {
  const Opaque* function = callee.as_opaque();
  const Tuple* tuple = arguments.as_tuple();
  if (function == nullptr || tuple == nullptr) fail("calls something that is not a class or function");
  std::optional<Value> known;
  if (function->args.is_none()) known = host_.call(function->class_name, tuple->items);
  if (known) {
    charge(weight(*known));
    push(std::move(*known));
  } else if (const Opaque* of = reconstructed_class(*function, tuple->items)) {
    push(Value::opaque(
        {.class_name = of->class_name, .args = nursery_.adopt(Value::tuple({})), .items = tuple->items[2]}));
  } else {
    push(Value::opaque({.class_name = function->class_name, .args = arguments}));
  }
}

void PickleMachine::call(const Value& callee, std::vector<Value> arguments) {
  call(callee, nursery_.adopt(Value::tuple(std::move(arguments))));
}

// Where items are put: the container on top itself, or what an unknown class on top was given.
template <class Container>
Container& PickleMachine::target(Value (*make)()) {
  Value* container = &top();
  if (const auto* opaque = std::get_if<std::shared_ptr<Opaque>>(&container->data())) {
    container = &(*opaque)->items;
    if (container->is_none()) *container = nursery_.adopt(make());
  }
  auto* pointer = std::get_if<std::shared_ptr<Container>>(&container->data());
  if (pointer == nullptr) fail("puts items into something that is no container for them");
  return **pointer;
}

void PickleMachine::append(std::vector<Value> items) {
  auto& list = target<List>([] { return Value::list({}); }).items;
  list.insert(list.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
}

void PickleMachine::set_items(std::vector<Value> keys_and_values) {
  add_pairs(target<Dict>([] { return Value::dict({}); }), std::move(keys_and_values));
}

void PickleMachine::build(Value state) {
  if (const auto* opaque = std::get_if<std::shared_ptr<Opaque>>(&top().data())) {
    if (std::optional<Value> known = host_.build(**opaque, state)) {
      charge(weight(*known));
      top() = built_[opaque->get()] = std::move(*known);
    } else {
      (*opaque)->state = std::move(state);
    }
  } else if (const auto* dict = std::get_if<std::shared_ptr<Dict>>(&top().data())) {
    if (state.as_dict() != nullptr) (*dict)->attributes = std::move(state);
  } else if (top().as_tensor() != nullptr) {
    fail("sets the state of a tensor: no tensor is saved so");
  } else {
    fail("sets the state of something that has none");
  }
}

Value PickleMachine::finish() {
  Value root = pop();
  if (!stack_.empty() || !marks_.empty()) fail("ends with values left over");
  nursery_.release(root);
  return root;
}

}  // namespace zoo
