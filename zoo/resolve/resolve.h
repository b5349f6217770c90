// Turns what a user types after --weights into everything needed to build and feed the model. Needs no
// LibTorch.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "zoo/arch/arch.h"
#include "zoo/arch/global_pool.h"
#include "zoo/fetch/fetch.h"
#include "zoo/manifest/label_set.h"
#include "zoo/manifest/manifest.h"
#include "zoo/manifest/preprocess.h"
#include "zoo/manifest/problem_type.h"

namespace zoo {

struct ResolveOptions {
  std::optional<std::string> arch = {};     // overrides what the record or the file says
  std::vector<std::string> renamings = {};  // REGEX=TO, made of the file's tensor names first
  FetchOptions fetch = {};
};

struct ResolvedWeights {
  std::string name;  // record name, or the file, URL or name on the hub as given
  std::filesystem::path file;
  ArchSpec arch;
  std::optional<WeightRecord> record;  // the manifest knows it by name, hash or file name
  int64_t num_classes = 0;             // 0 = no head
  int64_t in_channels = 3;
  GlobalPool global_pool = GlobalPool::avg;  // as config.json has it, else as the head's width says
  int64_t output_stride = 0;                 // as config.json has it; 0 = as published
  std::vector<std::string> renamings;        // as given
  std::vector<std::string> labels;           // num_classes names, or empty where nobody says
  OtherNames other_names;                    // of the same classes
  std::optional<ProblemType> problem_type;   // what the scores mean, where somebody says
  Preprocess preprocess;
  std::string assumed;             // of `preprocess`, in words, where nobody says it; for stderr
  std::vector<std::string> notes;  // what was taken or left out; for stderr

  // What is said, or is usual.
  ProblemType problem() const { return problem_type.value_or(usual_problem_type(num_classes)); }
};

// NAME, URL or hf:OWNER/REPO[@REV] (all downloaded if needed), FILE, or a run directory (its best/) or a
// directory with config.json (timm's hub layout, or transformers') and model.safetensors, pytorch_model.bin,
// the index of either's shards, flax_model.msgpack or tf_model.h5, the first that is there. Throws Error.
// Where nobody says which arch a file is and several have its tensors (resnet50, resnetblur50), takes the
// usual one and says so in the notes.
ResolvedWeights resolve_weights(const std::string& name_or_path, const Manifest& manifest,
                                const ResolveOptions& options = {});

}  // namespace zoo
