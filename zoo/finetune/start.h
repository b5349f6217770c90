// The model that a training starts from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "zoo/arch/global_pool.h"
#include "zoo/layouts/model_card.h"
#include "zoo/models/resnet.h"
#include "zoo/models/weights.h"

namespace zoo {

// What shapes it. All of ResNetOptions that a training may choose.
struct StartOptions {
  double drop = 0, drop_path = 0;         // dropout ahead of the head; stochastic depth of the last block
  std::optional<GlobalPool> global_pool;  // none: the weights', else avg
  std::optional<int64_t> output_stride;   // 8, 16 or 32; none: the weights', else as published
  std::optional<bool> zero_init_last;     // none: see zero_init_last_default()
  Init init = Init::timm;
  int64_t frozen_stages = -1;  // 0: the stem does not learn; K: stages 1 to K neither; -1: all learn
  bool norm_eval = false;      // batch norms keep their statistics
};

// Throws Error{usage} that names the field which `arch` cannot have.
void require_fit(const StartOptions& options, const ArchSpec& arch);

// True as in timm and OpenMMLab; but timm has no nets for small pictures, and their authors do not do it.
bool zero_init_last_default(const ArchSpec& arch, Init init);

struct Start {
  ResNet model{nullptr};
  bool head_kept = false;
  std::string note;  // what became of the weights' head, for people; or ""
};

// `classes` in the order of the weights' own, where each is one of those by name and none is missing
// (match_classes); nothing where they are others.
std::optional<std::vector<std::string>> classes_in_head_order(const ResolvedWeights& weights,
                                                              const std::vector<std::string>& classes);

// A model of that configuration, without values: those of a training's state come next.
ResNet build_resumed(const ModelConfig& config, const StartOptions& options);

// From the weights, whose head is kept where its classes are `classes` in this order and its width is right,
// or, without them, from scratch. Throws Error{mismatch} for weights that do not take colour pictures.
Start build_start(const std::optional<ResolvedWeights>& weights, const ArchSpec& arch,
                  const std::vector<std::string>& classes, const StartOptions& options);

}  // namespace zoo
