// The directory of a training run: recipe.json, metrics.jsonl, best/ and last/ (timm's hub layout).
#pragma once

#include <filesystem>
#include <string>

#include "zoo/layouts/model_card.h"
#include "zoo/models/resnet.h"
#include "zoo/train/trainer.h"

namespace zoo {

// Writes DIR/config.json and DIR/model.safetensors so that timm (local-dir:) and transformers open it; each
// file appears whole or not at all.
void save_model_directory(const std::filesystem::path& directory, const ResNet& model, const ModelCard& card);

class RunDirectory {
 public:
  // Throws Error{usage} if a run may not start there: `path` is no folder, holds a run and `overwrite` is
  // false, or holds files that are not a run's (whatever `overwrite` says: nobody else's files are ever
  // removed).
  static void check(const std::filesystem::path& path, bool overwrite);
  // Checks, removes the files of an old run, and writes recipe.json. Throws also Error{io}.
  static RunDirectory create(const std::filesystem::path& path, bool overwrite,
                             const std::string& recipe_json);

  const std::filesystem::path& path() const { return path_; }
  void append_metrics(const EpochReport& report);  // one line of metrics.jsonl, synced
  // The folder is replaced as a whole: its two files always belong together.
  void save_last(const ResNet& model, const ModelCard& card);
  void save_best(const ResNet& model, const ModelCard& card);

 private:
  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace zoo
