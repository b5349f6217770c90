// The index of a sharded checkpoint: which tensor is in which file.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "zoo/base/bytes.h"

namespace zoo {

using WeightMap = std::map<std::string, std::string, std::less<>>;  // tensor -> file beside the index

// True for a JSON text with a "weight_map".
bool is_shard_index(ByteSpan file);

// {"metadata": ..., "weight_map": {"layer.weight": "model-00001-of-00002.safetensors"}}. Throws
// Error{corrupt}: not JSON, another shape, a name twice, a file that is not one beside the index, too much
// of something.
WeightMap parse_shard_index(ByteSpan text);

}  // namespace zoo
