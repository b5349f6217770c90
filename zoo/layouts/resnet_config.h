// transformers' ResNetConfig: every field, what it means, and its config.json.
// Reference: transformers 5.23, models/resnet/configuration_resnet.py, configuration_utils.py,
// backbone_utils.py.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/arch/arch.h"
#include "zoo/manifest/problem_type.h"

namespace zoo::hf {

using zoo::ProblemType;

// Names, meanings and defaults are transformers'.
struct ResNetConfig {
  int64_t num_channels = 3;                                 // of the pictures
  int64_t embedding_size = 64;                              // channels of the stem's map
  std::vector<int64_t> hidden_sizes{256, 512, 1024, 2048};  // channels of each stage's map
  std::vector<int64_t> depths{3, 4, 6, 3};                  // blocks of each stage
  std::string layer_type = "bottleneck";                    // or "basic"
  std::string hidden_act = "relu";                          // of the stem and behind the additions
  bool downsample_in_first_stage = false;                   // stride 2 in it
  bool downsample_in_bottleneck = false;                    // the stride on the first 1x1, not on the 3x3
  // Of a backbone: names ("stem", "stage1", ...) and positions of the maps it gives, in their order; of two
  // empty ones the last stage is meant, of one the other follows. Negative positions count from the end.
  std::vector<std::string> out_features;
  std::vector<int64_t> out_indices;

  int64_t num_labels = 2;             // 0 = no head
  std::vector<std::string> id2label;  // one a class; empty = "LABEL_0", "LABEL_1", ...
  std::optional<ProblemType> problem_type;
  bool output_hidden_states = false;

  // "stem", "stage1", ..., one more than there are stages.
  std::vector<std::string> stage_names() const;
  // Positions in stage_names() of the maps that a backbone gives, 0 or more each. Throws Error{mismatch}
  // where out_features and out_indices contradict each other, name no stage, one twice or in another order.
  std::vector<int64_t> out_stages() const;
};

// Reads config.json, or a part of one: what it lacks has its default. `where` is the file's name for
// messages. Throws Error{corrupt} that names a field of another type, or out of range, as a JSON pointer,
// Error{unsupported} for another model_type.
ResNetConfig parse_resnet_config(std::string_view text, const std::string& where);

// config.json, ends with a newline; `architecture` is the class that it is for ("ResNetModel"). The same
// config gives the same bytes. Throws Error{mismatch} if there are labels, but not one a class,
// Error{unsupported} for a label that is not UTF-8.
std::string to_json(const ResNetConfig& config, std::string_view architecture);

// The architecture: the row of the table where there is one, otherwise one called kInferredArch. Throws
// Error{mismatch} that names the field for what makes no net, Error{unsupported} for a hidden_act that zoo
// does not have.
ArchSpec to_arch(const ResNetConfig& config);
// The other way round. Throws Error{unsupported} that says what transformers' ResNet lacks.
ResNetConfig config_of(const ArchSpec& arch, int64_t num_labels, int64_t num_channels = 3);

}  // namespace zoo::hf
