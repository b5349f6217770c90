// recipe.json: all that is needed to repeat a training run.
#pragma once

#include <optional>
#include <string>

#include "zoo/finetune/finetune_options.h"
#include "zoo/manifest/preprocess.h"
#include "zoo/models/weights.h"

namespace zoo {

struct FinetunePlan {
  const FinetuneOptions& options;
  const FinetuneData& data;
  const std::optional<ResolvedWeights>& weights;  // none: from scratch
  const ArchSpec& arch;
  bool head_kept = false;  // the weights' labels are the data's classes
  const ResNetOptions& model;
  const Augmentation& augmentation;
  Preprocess preprocess;  // of evaluation
};

// Hashes the file of the weights. Ends with a newline.
std::string recipe_json(const FinetunePlan& plan);

}  // namespace zoo
