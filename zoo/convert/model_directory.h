// Folders that hold a model as the hubs do: config.json, model.safetensors, and what else its reader wants.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "zoo/checkpoint/checkpoint.h"

namespace zoo {

struct TextFile {
  std::string name, text;
};

// Writes model.safetensors and the other files into a new folder, which appears with all of them or not at
// all. Throws Error{usage} if `path` is there and is no empty folder, Error{io}, and what write_safetensors
// throws.
void write_model_directory(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                           const std::vector<TextFile>& others);

}  // namespace zoo
