// What a model directory says besides the tensors, and its text: the config.json of timm's hub layout, which
// timm and transformers open. An extra object "zoo" in it holds what timm's fields cannot say exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/arch/arch.h"
#include "zoo/arch/global_pool.h"
#include "zoo/manifest/preprocess.h"
#include "zoo/manifest/problem_type.h"

namespace zoo {

struct ModelCard {
  std::string arch;                              // zoo's name; timm's where timm has the arch
  const ArchSpec* spec = nullptr;                // of a net that has no name: it lives as long as the program
  std::vector<std::string> labels;               // one a class, or empty where nobody says
  Preprocess preprocess;                         // of evaluation
  std::optional<ProblemType> problem_type = {};  // what the scores mean, where somebody says
};

// Default preprocessing of an arch for weights that nobody describes: 224 -> short edge 256, crop 224,
// bilinear; smaller nets: no resize, crop = input size; ImageNet mean and std.
Preprocess default_preprocess(const ArchSpec& arch);

struct ModelConfig {
  ModelCard card;
  int64_t num_classes = 0;  // 0 = no head
  int64_t in_channels = 3;
  GlobalPool global_pool = GlobalPool::avg;
  int64_t output_stride = 0;  // input pixels per pixel of the last map; 0 = as published
};

// Ends with a newline; the same config gives the same bytes. Of a net that is no row of the table the whole
// spec is in it, so that whoever reads it needs no name.
// Throws Error{mismatch} if there are labels, but not one a class; Error{not_found} for an unknown arch;
// Error{unsupported} for a label that is not UTF-8.
std::string to_config_json(const ModelConfig& config);
// What the card means. Throws Error{not_found} for an unknown name.
const ArchSpec& arch_of(const ModelCard& card);

// Reads what to_config_json writes, and timm's own files (there the preprocessing is that of timm's
// evaluation with input_size and crop_pct; "resnet50.a1_in1k" is the architecture resnet50). `where` is the
// file's name for messages. Throws Error{corrupt} that names the member as a JSON pointer, Error{unsupported}
// for a file that is not timm's or a crop_mode that zoo does not have, Error{not_found} for an unknown
// architecture.
ModelConfig parse_config_json(std::string_view text, const std::string& where);

}  // namespace zoo
