// Checkpoints of several files: folders as Hugging Face and timm keep models in, and the index files of
// sharded ones.
#pragma once

#include <filesystem>

#include "zoo/checkpoint/bytes.h"
#include "zoo/checkpoint/contents.h"

namespace zoo {

// The file with the weights in a folder: model.safetensors, its index, pytorch_model.bin, its index,
// flax_model.msgpack or tf_model.h5, the first that is there. Throws Error{not_found}.
std::filesystem::path weights_in(const std::filesystem::path& folder);

// All tensors of the shards beside the index, which must be exactly those that it lists. Throws
// Error{not_found, corrupt, unsupported}, and whatever opening a shard throws.
Contents read_shards(const std::filesystem::path& index, ByteSpan text, const OpenOptions& options);

}  // namespace zoo
