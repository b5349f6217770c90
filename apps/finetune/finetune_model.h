// The model that a training starts from: the flags that shape it, and how it is made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "zoo/arch/global_pool.h"
#include "zoo/models/resnet.h"
#include "zoo/models/weights.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace zoo::apps {

struct ModelFlags {
  double drop = 0, drop_path = 0;
  std::optional<GlobalPool> global_pool;  // none: the weights', else avg
  std::optional<int64_t> output_stride;   // none: the weights', else as published
  std::optional<bool> zero_init_last;     // none: see zero_init_last_default()
  Init init = Init::timm;
  int64_t frozen_stages = -1;
  bool norm_eval = false;
};

// Declares --drop, --drop-path, --gp, --output-stride, --zero-init-last, --init, --frozen-stages,
// --norm-eval.
void add_model_options(cxxopts::Options& options);
// Throws Error{usage} that names the flag.
ModelFlags read_model_flags(const cxxopts::ParseResult& flags);
// Throws Error{usage} that names a flag which `arch` cannot have.
void require_fit(const ModelFlags& flags, const ArchSpec& arch);

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

// From the weights, whose head is kept where its classes are `classes` in this order and its width is right,
// or, without them, from scratch. Throws Error{mismatch} for weights that do not take colour pictures.
Start build_start(const std::optional<ResolvedWeights>& weights, const ArchSpec& arch,
                  const std::vector<std::string>& classes, const ModelFlags& flags);

}  // namespace zoo::apps
