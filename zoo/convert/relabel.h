// A model's tensors under another publisher's names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"
#include "zoo/layouts/layouts.h"

namespace zoo {

struct Relabelled {
  std::vector<NamedTensor> tensors;  // in the order of the arch's state dict
  ArchSpec arch;                     // `known`, a row of the table, or what infer_arch says
  Layout from = Layout::torchvision;
  std::vector<std::string> notes;  // as of TranslatedTensors
  int64_t num_classes = 0;         // 0 = no head
  int64_t in_channels = 3;
  GlobalPool global_pool = GlobalPool::avg;  // as the head's width says, see pool_of_head()

  TensorListOptions sizes() const {
    return {.num_classes = num_classes, .in_channels = in_channels, .global_pool = global_pool};
  }
};

// All tensors of the net in the file, and no others, with `to`'s names and axes. Counters that are missing
// are added, as 0, because some publishers' code wants them, and left out where `to` has none. `known` is
// what others say that the model is: it decides where several have its tensors. `file` is the file's name for
// messages. Throws Error{mismatch} where the tensors are not exactly those of one architecture,
// Error{unsupported} where `to` cannot say it.
Relabelled relabel(StateDict state, Layout to, const std::string& file, const ArchSpec* known = nullptr);

}  // namespace zoo
