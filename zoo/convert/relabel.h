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
  ArchSpec arch;                     // a row of the table, or what infer_arch says
  Layout from = Layout::torchvision;
  int64_t num_classes = 0;  // 0 = no head
  int64_t in_channels = 3;
};

// All tensors of one model, and no others, with `to`'s names and axes. Counters that are missing are added,
// as 0, because some publishers' code wants them, and left out where `to` has none. `arch` is the name to
// prefer where several have the same tensors. `file` is the file's name for messages. Throws Error{mismatch}
// where the tensors are not exactly those of one architecture, Error{unsupported} where `to` cannot say it.
Relabelled relabel(StateDict state, Layout to, const std::string& file, const std::string& arch = {});

}  // namespace zoo
