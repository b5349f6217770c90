// What a builder of a model decides, whatever its architecture.
#pragma once

#include <cstdint>

#include "zoo/arch/arch.h"
#include "zoo/arch/global_pool.h"

namespace zoo {

enum class Init {
  timm,       // torchvision's and timm's: convolutions kaiming normal (fan-out), all else as torch.nn has it
  openmmlab,  // the same, but the head is normal with deviation 0.01, and biases are 0
};

struct ResNetOptions {
  int64_t num_classes = 1000;  // 0 = no head: forward gives the pooled features
  int64_t in_channels = 3;
  bool initialise = true;       // false: convolutions stay undefined, for a model that is loaded right after
  Init init = Init::timm;       // also of heads that come later
  bool zero_init_last = false;  // the last norm of each block starts with weight 0 (timm, OpenMMLab: true)
  GlobalPool global_pool = GlobalPool::avg;
  int64_t output_stride = 0;   // input pixels per pixel of the last map, see plan_blocks(); 0 = as published
  double drop_rate = 0;        // of the pooled features, in training; [0, 1)
  double drop_path_rate = 0;   // of the last block's branch in training, from 0 for the first on; [0, 1)
  int64_t frozen_stages = -1;  // 0: the stem, k: stages 1 to k too, do not learn, and stay in eval mode
  bool norm_eval = false;      // batch norms stay in eval mode, their weights and biases learn all the same
};

// Throws Error{mismatch} that names the field. What output_stride may be is plan_blocks()'s to say.
void validate(const ResNetOptions& options, const ArchSpec& spec);

// Width of what the head reads.
int64_t head_channels(const ResNetOptions& options, const ArchSpec& spec);

}  // namespace zoo
