// Where the weights of a network are inside whatever else a checkpoint holds.
#include <algorithm>
#include <array>

#include "zoo/base/bytes.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/checkpoint/value_tree.h"

namespace zoo {
namespace {

// What people call the weights beside an optimizer and an epoch number, the likeliest first. Not a student
// and a teacher: which of two nets is meant their names and shapes tell, see find_net().
constexpr std::array<std::string_view, 22> kWrappers{"state_dict",
                                                     "model",
                                                     "model_state_dict",
                                                     "model_state",
                                                     "state_dict_ema",
                                                     "model_ema",
                                                     "ema_state_dict",
                                                     "ema",
                                                     "net",
                                                     "net_state_dict",
                                                     "network",
                                                     "state",
                                                     "module",
                                                     "weights",
                                                     "params",
                                                     "parameters",
                                                     "model_weights",
                                                     "backbone",
                                                     "encoder",
                                                     "classifier",
                                                     "generator",
                                                     "best_state_dict"};
constexpr int kMaxWrappers = 4;  // one inside another

bool is_optimizer_key(const std::string& key) {
  const std::string lower = to_lower(key);
  return lower.find("optim") != std::string::npos || lower.find("sched") != std::string::npos ||
         lower.find("scaler") != std::string::npos;
}

// torch.optim's state_dict() is {"state": ..., "param_groups": ...}.
bool is_optimizer(const Value& value) {
  return value.find("param_groups") != nullptr || value.find("_step_count") != nullptr;
}

bool has_tensors(const Value& value) {
  std::vector<NamedTensor> tensors;
  flatten(value, "", tensors);
  return !tensors.empty();
}

bool can_hold_weights(const Value& value) {
  return (value.as_dict() != nullptr || value.as_opaque() != nullptr) && !is_optimizer(value) &&
         has_tensors(value);
}

// All tensors of a dict, without the members that belong to an optimizer.
std::vector<NamedTensor> weights(const Value& value) {
  std::vector<NamedTensor> tensors;
  const Dict* dict = value.as_dict();
  if (dict == nullptr) {
    flatten(value, "", tensors);
    return tensors;
  }
  for (const auto& [key, member] : *dict) {
    const std::string name = key_text(key);
    const bool skip = member.as_tensor() == nullptr && (is_optimizer_key(name) || is_optimizer(member));
    if (!skip) flatten(member, name, tensors);
  }
  return tensors;
}

// Flax keeps the running statistics beside the parameters, not among them.
bool is_flax(const Dict& dict) {
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(dict, [&](const auto& member) { return key_text(member.first) == name; });
  };
  return has("params") && has("batch_stats");
}

size_t count_tensors(const Value& value) {
  return weights(value).size();
}

// The other members that hold as much as half of what `taken` does.
std::vector<std::string> others_like(const Dict& dict, const std::pair<Value, Value>& taken) {
  const size_t enough = std::max<size_t>(1, count_tensors(taken.second) / 2);
  std::vector<std::string> others;
  for (const auto& member : dict) {
    const std::string name = key_text(member.first);
    if (&member == &taken || is_optimizer_key(name) || !can_hold_weights(member.second)) continue;
    if (count_tensors(member.second) >= enough) others.push_back(name);
  }
  return others;
}

// The member that wraps the weights; nothing where the value itself is the state dict.
const std::pair<Value, Value>* find_wrapper(const Dict& dict) {
  if (is_flax(dict)) return nullptr;
  for (const std::string_view name : kWrappers) {
    for (const auto& member : dict) {
      const std::string* key = member.first.as_string();
      if (key != nullptr && *key == name && can_hold_weights(member.second)) return &member;
    }
  }
  // A state dict has tensors of its own; else the only member with tensors is it, whatever it is called.
  const std::pair<Value, Value>* only = nullptr;
  for (const auto& member : dict) {
    if (member.second.as_tensor() != nullptr) return nullptr;
    if (is_optimizer_key(key_text(member.first)) || !can_hold_weights(member.second)) continue;
    if (only != nullptr) return nullptr;
    only = &member;
  }
  return only;
}

}  // namespace

StateDict find_state_dict(const Checkpoint& checkpoint) {
  return find_state_dict(checkpoint.root(), checkpoint.path().string());
}

StateDict find_state_dict(const Value& root, const std::string& file) {
  const Value* value = &root;
  StateDict found;
  for (int depth = 0; depth < kMaxWrappers; ++depth) {
    const Dict* dict = value->as_dict();
    const auto* wrapper = dict == nullptr || is_optimizer(*value) ? nullptr : find_wrapper(*dict);
    if (wrapper == nullptr) break;
    for (const std::string& other : others_like(*dict, *wrapper))
      found.others.push_back((found.wrapper.empty() ? "" : found.wrapper + ".") + other);
    found.wrapper += (found.wrapper.empty() ? "" : ".") + key_text(wrapper->first);
    value = &wrapper->second;
  }
  if (!is_optimizer(*value) && (value->as_dict() != nullptr || value->as_opaque() != nullptr)) {
    found.tensors = weights(*value);
  }
  if (!found.tensors.empty()) return found;

  std::vector<std::string> keys;
  if (const Dict* dict = root.as_dict()) {
    for (const auto& [key, member] : *dict) keys.push_back("'" + excerpt(key_text(key), 80) + "'");
  }
  if (keys.size() > 12) keys.erase(keys.begin() + 12, keys.end());
  throw Error(
      ErrorCode::mismatch, file,
      "no state dict in it: " + (keys.empty() ? "it is not a dict" : "its keys are " + join(keys, ", ")),
      "Save the model's state_dict() in Python.");
}

}  // namespace zoo
