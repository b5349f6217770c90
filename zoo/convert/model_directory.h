// Folders that hold a model as the hubs do: config.json, model.safetensors, and what else its reader wants.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"

namespace zoo {

// How the hub's libraries keep weights, and under which name.
enum class WeightsFile { safetensors, flax, tf };
std::string_view file_name(WeightsFile kind);  // "model.safetensors", "flax_model.msgpack", "tf_model.h5"

// Tensors of transformers' names for that library. Throws what write_safetensors, write_msgpack and
// write_keras throw.
void write_weights(const std::filesystem::path& path, WeightsFile kind,
                   const std::vector<NamedTensor>& tensors);

struct TextFile {
  std::string name, text;
};

// Writes the weights and the other files into a new folder, which appears with all of them or not at all.
// Throws Error{usage} if `path` is there and is no empty folder, Error{io}, and what write_weights throws.
void write_model_directory(const std::filesystem::path& path, WeightsFile kind,
                           const std::vector<NamedTensor>& tensors, const std::vector<TextFile>& others);

}  // namespace zoo
