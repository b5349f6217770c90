// The parts of zoo inspect, a file each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"
#include "zoo/convert/elements.h"

namespace zoo::apps {

// One for each of Checkpoint::tensors(), or none at all where nobody asked.
using AllStatistics = std::vector<std::optional<Statistics>>;

struct PlainValue {
  std::string name, type, text;
};
// The numbers and texts beside the tensors, named as tensors are.
std::vector<PlainValue> plain_values(const Value& root);

// Everything in the file, a line each, in its order.
void print_tree(const Checkpoint& checkpoint, const AllStatistics& statistics);

// True if the two differ in any tensor.
bool print_diff(const Checkpoint& one, const Checkpoint& other, bool json);

// Which classes and functions a loader that executes would import and call, and which of them are on the list
// of torch.load(weights_only=True). True if any is not, or if the file is TorchScript, which brings code of
// its own.
bool print_opaque(const Checkpoint& checkpoint, bool json);

// The fewest digits that give the same number back.
std::string shortest_text(double number);

}  // namespace zoo::apps
