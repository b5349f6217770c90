// Models as folders that others open.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "zoo/layouts/model_card.h"
#include "zoo/models/resnet.h"

namespace zoo {

// Writes DIRECTORY/config.json and DIRECTORY/model.safetensors, which create_model(), the programs, timm
// (local-dir:) and transformers open; the folder is made if it is not there. Each file appears whole or not
// at all, and replaces one of its name. `card` says what the model is for; its `arch` and `spec` are the
// model's own if `arch` is empty. Throws Error{io, mismatch, unsupported}.
void save_model(const ResNet& model, const std::filesystem::path& directory, ModelCard card);
// The same with the architecture's usual preprocessing; `labels` are the classes' names, none or one a class.
void save_model(const ResNet& model, const std::filesystem::path& directory,
                const std::vector<std::string>& labels = {});

// The text of that config.json.
std::string config_text(const ResNet& model, const ModelCard& card);

}  // namespace zoo
