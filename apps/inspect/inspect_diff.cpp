// zoo inspect --diff: two checkpoints, tensor by tensor.
#include <iostream>
#include <map>

#include <nlohmann/json.hpp>

#include "apps/cli/json_output.h"
#include "apps/cli/table.h"
#include "apps/inspect/inspect.h"
#include "zoo/base/error.h"
#include "zoo/base/parallel.h"
#include "zoo/base/text.h"

namespace zoo::apps {
namespace {

using nlohmann::ordered_json;

struct Pair {
  std::string name;
  const TensorView* one = nullptr;  // nullptr: only in the other file
  const TensorView* other = nullptr;
  std::optional<Difference> difference = {};  // of those in both with one shape

  bool comparable() const { return one != nullptr && other != nullptr && one->shape == other->shape; }
  bool equal() const { return comparable() && difference && difference->same_bits; }
};

// In the order of the first file, then what only the other has.
std::vector<Pair> make_pairs(const Checkpoint& one, const Checkpoint& other) {
  std::map<std::string_view, const TensorView*> by_name;
  for (const auto& [name, tensor] : other.tensors()) by_name.emplace(name, &tensor);
  std::vector<Pair> pairs;
  for (const auto& [name, tensor] : one.tensors()) {
    const auto found = by_name.extract(name);
    pairs.push_back({name, &tensor, found.empty() ? nullptr : found.mapped()});
  }
  for (const auto& [name, tensor] : other.tensors()) {
    if (by_name.contains(name)) pairs.push_back({name, nullptr, &tensor});
  }
  return pairs;
}

void compare(std::vector<Pair>& pairs) {
  size_t bytes = 0;
  for (const Pair& pair : pairs) bytes += pair.comparable() ? static_cast<size_t>(pair.one->bytes()) : 0;
  run_parallel(pairs.size(), bytes, [&](size_t i) {
    if (pairs[i].comparable()) pairs[i].difference = difference(*pairs[i].one, *pairs[i].other);
  });
}

// What is different, in one word; empty where nothing is.
std::string kind(const Pair& pair) {
  if (pair.one == nullptr) return "added";
  if (pair.other == nullptr) return "missing";
  if (pair.one->shape != pair.other->shape) return "shape";
  if (pair.equal()) return "";
  return pair.one->dtype != pair.other->dtype ? "dtype" : "values";
}

std::string describe(const TensorView* tensor) {
  return tensor == nullptr ? "-" : std::string(to_string(tensor->dtype)) + " " + shape_text(tensor->shape);
}

void print_text(const std::vector<Pair>& pairs, size_t equal) {
  Table table({{"DIFFERENT"}, {"FILE"}, {"OTHER"}, {"LARGEST", true}, {"MEAN", true}, {"NAME"}});
  for (const Pair& pair : pairs) {
    if (pair.equal()) continue;
    const auto number = [&](double Difference::* member) {
      return pair.difference ? shortest_text((*pair.difference).*member) : std::string("-");
    };
    table.add({kind(pair), describe(pair.one), describe(pair.other), number(&Difference::largest),
               number(&Difference::mean), printable(pair.name)});
  }
  if (equal < pairs.size()) table.print(std::cout);
  std::cout << format_count(static_cast<int64_t>(equal)) << " of "
            << format_count(static_cast<int64_t>(pairs.size())) << " tensors are equal to the bit\n";
}

ordered_json side(const TensorView* tensor) {
  if (tensor == nullptr) return nullptr;
  return {{"dtype", to_string(tensor->dtype)}, {"shape", tensor->shape}};
}

void print_json(const Checkpoint& one, const Checkpoint& other, const std::vector<Pair>& pairs,
                size_t equal) {
  ordered_json differences = ordered_json::array();
  for (const Pair& pair : pairs) {
    if (pair.equal()) continue;
    ordered_json entry{{"name", pair.name},
                       {"different", kind(pair)},
                       {"file", side(pair.one)},
                       {"other", side(pair.other)}};
    if (pair.difference) {  // an infinite difference becomes null
      entry["largest"] = pair.difference->largest;
      entry["mean"] = pair.difference->mean;
    }
    differences.push_back(std::move(entry));
  }
  const ordered_json object{{"file", one.path().string()},
                            {"other", other.path().string()},
                            {"tensors", pairs.size()},
                            {"equal", equal},
                            {"differences", differences}};
  write_json(object);
}

}  // namespace

bool print_diff(const Checkpoint& one, const Checkpoint& other, bool json) {
  std::vector<Pair> pairs = make_pairs(one, other);
  compare(pairs);
  const auto equal = static_cast<size_t>(std::ranges::count_if(pairs, &Pair::equal));
  if (json) {
    print_json(one, other, pairs, equal);
  } else {
    print_text(pairs, equal);
  }
  return equal < pairs.size();
}

}  // namespace zoo::apps
