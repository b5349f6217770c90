// Tensors that a big-endian machine saved.
#pragma once

#include <memory>

#include "zoo/base/bytes.h"
#include "zoo/checkpoint/torch/torch_objects.h"

namespace zoo {

// Gives the tensors of a storage a copy of `bytes` in which each number's bytes are turned; single bytes stay
// where they are. How long a number is the tensors say: torch keeps some dtypes (uint16, ...) in storages
// without one. Throws Error{unsupported} where numbers of several lengths share the storage.
void attach_big_endian(const Storage& storage, ByteSpan bytes, const std::shared_ptr<const void>& owner);

}  // namespace zoo
