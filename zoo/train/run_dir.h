// The directory of a training run: recipe.json, metrics.jsonl, best/ and last/ (timm's hub layout).
#pragma once

#include <filesystem>
#include <string>

#include "zoo/models/model_card.h"
#include "zoo/models/resnet.h"
#include "zoo/train/trainer.h"

namespace zoo {

// Writes DIR/config.json and DIR/model.safetensors so that timm (local-dir:) and transformers open it; each file
// appears whole or not at all.
void save_model_directory(const std::filesystem::path& directory, const ResNet& model, const ModelCard& card);

class RunDirectory {
 public:
  // Creates it. Throws Error{usage} if it holds a run and `overwrite` is false; with it, the old run is removed.
  static RunDirectory create(const std::filesystem::path& path, bool overwrite, const std::string& recipe_json);
  const std::filesystem::path& path() const { return path_; }
  void append_metrics(const EpochReport& report);     // one line of metrics.jsonl, synced
  void save_last(const ResNet& model, const ModelCard& card);
  void save_best(const ResNet& model, const ModelCard& card);

 private:
  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace zoo
