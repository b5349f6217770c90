// The averaged weights that training programs keep beside the trained ones.
#pragma once

#include <string_view>

#include "zoo/checkpoint/checkpoint.h"

namespace zoo {

// timm's state_dict_ema, torchvision's model_ema, OpenMMLab's and others'. Names as in find_state_dict,
// without what wraps the model ("module.") and without the average's own counters. Throws Error{not_found}
// that lists the keys of a file that has none.
StateDict find_ema(const Checkpoint& checkpoint);
// Whether find_ema() takes a member of that name.
bool is_ema(std::string_view member);

}  // namespace zoo
