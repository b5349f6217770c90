// Tensors that torch pickles as several: quantized per channel, sparse. Reference: torch 2.13,
// torch/_utils.py.
#pragma once

#include <memory>
#include <vector>

#include "zoo/checkpoint/value.h"

namespace zoo {

// From (scheme, scale, zero point), or (scheme, scales, zero points, axis) with tensors or, before torch 1.6,
// lists. `tensor` is what it belongs to. Throws Error{corrupt}.
std::shared_ptr<const Quantizer> read_quantizer(const Value& params, const TensorView& tensor);

// Opaque{"torch.sparse_coo_tensor", state = {"indices": ..., "values": ..., "size": ...}}, or
// torch.sparse_csr_tensor, _csc_, _bsr_, _bsc_ with the members that torch gives these. `args`: layout,
// parts. Throws Error{corrupt, unsupported}.
Value sparse_tensor(const std::vector<Value>& args);

}  // namespace zoo
