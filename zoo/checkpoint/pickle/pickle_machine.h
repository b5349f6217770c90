// The state of the pickle machine: stack, marks, memo and the objects being made. Every operation is checked
// against that state and against limits; what instructions are made of is in pickle.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "zoo/checkpoint/pickle/pickle_host.h"
#include "zoo/checkpoint/value_tree.h"

namespace zoo {

// All operations throw Error{corrupt} for what the state or the limits do not allow.
class PickleMachine {
 public:
  // `memo_limit`: no index can be that large.
  PickleMachine(PickleHost& host, uint64_t memo_limit) : host_(host), memo_limit_(memo_limit) {}

  // Stack. Values above the last mark only: what lies below it belongs to a container that is not yet made.
  void push(Value value);
  Value& top();
  Value pop();
  void mark();
  std::vector<Value> pop_to_mark();
  void pop_value_or_mark();
  void push_tuple(size_t count);  // of the topmost values

  void put(uint64_t index);
  void memoize() { put(memo_.size()); }
  void get(uint64_t index);

  // Objects. They replace their parts on the stack.
  void push_global(std::string_view module, std::string_view name);
  void push_persistent(const Value& id);
  void push_set();
  void push_frozen_set(std::vector<Value> items);
  void push_dict(std::vector<Value> keys_and_values);
  void call(const Value& callee, const Value& arguments);
  void call(const Value& callee, std::vector<Value> arguments);
  void append(std::vector<Value> items);
  void set_items(std::vector<Value> keys_and_values);
  void build(Value state);  // sets the state of what is on top

  // Takes the one value that is left, checked to be a tree, and the names that were met.
  Value finish();
  std::set<Global> take_globals() { return std::move(globals_); }

 private:
  void charge(int64_t values);
  void stack(Value value);
  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  template <class Container>
  Container& target(Value (*make)());

  PickleHost& host_;
  uint64_t memo_limit_;
  int64_t charged_ = 0;
  Nursery nursery_;
  std::vector<Value> stack_;
  std::vector<size_t> marks_;
  std::vector<std::optional<Value>> memo_;
  std::unordered_map<const Opaque*, Value> built_;  // what became of an object that the memo may still hold
  std::set<Global> globals_;
};

}  // namespace zoo
