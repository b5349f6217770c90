// An object tree as the pickle that torch.save makes of it, and the storages that it refers to.
#pragma once

#include <string>
#include <vector>

#include "zoo/base/bytes.h"
#include "zoo/checkpoint/value.h"

namespace zoo {

struct TorchPickle {
  std::string pickle;
  std::vector<ByteSpan> storages;  // storage i has the key "i"
};

// Throws Error{unsupported, corrupt} that names the place in the tree.
TorchPickle write_torch_pickle(const Value& root);

}  // namespace zoo
