// Checkpoints of several files: folders as Hugging Face and timm keep models in, and the index files of
// sharded ones.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "zoo/base/bytes.h"
#include "zoo/checkpoint/contents.h"

namespace zoo {

// The file with the weights in a folder: model.safetensors, its index, pytorch_model.bin, its index,
// flax_model.msgpack or tf_model.h5, the first that is there.
std::optional<std::filesystem::path> find_weights_in(const std::filesystem::path& folder);
// The same. Throws Error{not_found}, Error{unsupported} for an unpacked checkpoint.
std::filesystem::path weights_in(const std::filesystem::path& folder);
// Throws Error{unsupported} for a folder that "unzip" made of a checkpoint of torch.save, or that holds such
// a folder, with the command that makes a checkpoint of it again.
void refuse_unpacked(const std::filesystem::path& folder);
// True for those names.
bool is_weights_name(std::string_view file_name);

// All tensors of the shards beside the index, which must be exactly those that it lists. Throws
// Error{not_found, corrupt, unsupported}, and whatever opening a shard throws.
Contents read_shards(const std::filesystem::path& index, ByteSpan text, const OpenOptions& options);

}  // namespace zoo
