// Which architecture a file is of which only its tensors are known.
#pragma once

#include <string>
#include <vector>

#include "zoo/arch/arch.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/layouts/layouts.h"

namespace zoo {

struct ArchChoice {
  const ArchSpec* arch = nullptr;        // none: no architecture has exactly these tensors
  std::vector<std::string> others = {};  // that have them too, where nobody says which is meant
  std::vector<ArchFit> fits = {};        // as fit_archs() gives them, best first
};

// Of the architectures that `tensors`, the file's state dict, fit exactly: the one that the file names as
// training programs do ({"arch": "resnet18", "state_dict": ...}, or safetensors' metadata), else the usual
// one.
ArchChoice choose_arch(const Checkpoint& checkpoint, const std::vector<NamedTensor>& tensors);

}  // namespace zoo
