// Turns what a user types after --weights into everything needed to build and feed the model.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "zoo/core/cache.h"
#include "zoo/core/manifest.h"
#include "zoo/models/load.h"
#include "zoo/models/resnet.h"

namespace zoo {

struct ResolveOptions {
  std::optional<std::string> arch = {};  // overrides what the record or the file says
  FetchOptions fetch = {};
};

struct ResolvedWeights {
  std::string name;  // record name, or the file as given
  std::filesystem::path file;
  ArchSpec arch;
  std::optional<WeightRecord> record;  // the manifest knows it by name, hash or file name
  int64_t num_classes = 0;             // 0 = no head
  int64_t in_channels = 3;
  std::vector<std::string> labels;  // num_classes names, or empty where nobody says
  Preprocess preprocess;
  std::vector<std::string> notes;  // what was assumed, e.g. the arch's default preprocessing; for stderr
};

// NAME (downloaded if needed), FILE, or a run directory (its best/) or a directory with config.json and
// model.safetensors (timm's hub layout).
// Throws Error; where several archs fit a file (resnet20_cifar and its option B twin do not differ in names),
// says so and asks for --arch.
ResolvedWeights resolve_weights(const std::string& name_or_path, const Manifest& manifest,
                                const ResolveOptions& options = {});

// Default preprocessing of an arch for weights that nobody describes: 224 -> short edge 256, crop 224,
// bilinear; smaller nets: no resize, crop = input size; ImageNet mean and std.
Preprocess default_preprocess(const ArchSpec& arch);

// Builds the model, loads the file, eval mode, channels-last.
ResNet build_model(const ResolvedWeights& weights, const LoadOptions& options = {},
                   LoadReport* report = nullptr);

}  // namespace zoo
