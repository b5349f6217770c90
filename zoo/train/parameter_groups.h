// Which parameters are moved how.
#pragma once

#include <vector>

#include "zoo/models/resnet.h"
#include "zoo/train/optimizer.h"
#include "zoo/train/recipe.h"

namespace zoo {

// The parameters that learn, in groups of one decay and one rate each. Layers of layer_decay are timm's: the
// stem, each block, the head.
std::vector<ParameterGroup> parameter_groups(const ResNet& model, const Recipe& recipe);

}  // namespace zoo
