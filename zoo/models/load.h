// Copies a checkpoint's tensors into a model, by name, with a report of all that did not fit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"
#include "zoo/layouts/layouts.h"
#include "zoo/models/resnet.h"

namespace zoo {

enum class HeadPolicy {
  strict,   // another class count is an error
  replace,  // ... keeps the model's own, freshly initialised head and is reported
};

struct LoadOptions {
  bool strict = true;  // missing or unexpected tensors of the net are an error (counters may be missing)
  HeadPolicy head = HeadPolicy::strict;
  std::optional<Layout> layout = {};        // recognised by the names unless given
  std::vector<std::string> renamings = {};  // REGEX=TO, made of the file's names first
};

struct LoadReport {
  int64_t loaded = 0;
  std::vector<std::string> missing;     // of the model, not in the file (absent counters are not listed)
  std::vector<std::string> unexpected;  // of the file, not in the model; what lies beside the net first
  // Of a replaced head: "fc.weight: [1000, 512] in the file, [10, 512] in the model".
  std::vector<std::string> mismatched;
  Layout translated_from = Layout::torchvision;
  std::string wrapper;  // "state_dict", "module.", "state_dict, module.", ... or ""
  bool head_replaced = false;
  // "conv1.weight: 3 input channels in the file, 1 in the model", or "".
  std::string adapted;
  std::string summary() const;  // one line for people
};

// The model's parameters and buffers take the file's values, cast to the model's dtypes and device. A first
// convolution for three input channels is adapted to a model of other ones, see adapt_input_channels().
// Throws Error{mismatch}: names, shapes and the way out; nothing was copied then. Fewer than all backbone
// tensors matched is always an error that lists the nearest names.
LoadReport load(ResNet& model, const Checkpoint& checkpoint, const LoadOptions& options = {});

// The model's tensors in state-dict order, as torchvision orders them: parameters and buffers of each module
// together.
std::vector<std::pair<std::string, torch::Tensor>> state_dict(const ResNet& model);
// The same as views for a writer; they keep the tensors alive. Row-major CPU copies are made where needed.
std::vector<NamedTensor> to_named_tensors(const ResNet& model);

}  // namespace zoo
