// Folders that hold a model as the hubs keep it: the file with the weights, and config.json beside it, which
// is timm's or transformers' own.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "zoo/arch/arch.h"
#include "zoo/layouts/model_card.h"

namespace zoo {

struct ModelFolder {
  std::filesystem::path path, weights;
  std::string config_text;
  std::optional<ModelConfig> timm;  // what timm's config.json says; nothing: it is transformers' own

  std::filesystem::path config_path() const { return path / "config.json"; }
  // Throws what get_arch and read_transformers_arch throw.
  ArchSpec arch() const;
};

// The folder itself, or that of a file which has one of the names that such folders give to weights; nothing
// where there is no such file, no config.json, or one that is no model's, of which `notes` gets a line. Where
// the user names the architecture that is also one of a model that zoo does not have. Throws Error{io}, and
// what parse_config_json throws.
std::optional<ModelFolder> find_model_folder(const std::filesystem::path& folder_or_file,
                                             bool arch_is_given = false,
                                             std::vector<std::string>* notes = nullptr);

// The model of a directory: in it, else, if it is a training run's, in its best/, else its last/. The first
// that find_model_folder() finds, as which it throws.
std::optional<ModelFolder> find_model(const std::filesystem::path& directory, bool arch_is_given = false,
                                      std::vector<std::string>* notes = nullptr);
// What a user means who names `path` and wants its tensors: of a directory the folder that find_model()
// finds, whatever config.json says, else the first of the same three that holds weights; else `path` itself.
std::filesystem::path model_in(const std::filesystem::path& path);

}  // namespace zoo
