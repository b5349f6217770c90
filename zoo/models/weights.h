// A model out of what a user typed after --weights.
#pragma once

#include "zoo/models/load.h"
#include "zoo/models/resnet.h"
#include "zoo/weights/resolve.h"

namespace zoo {

// Builds the model, loads the file, eval mode, channels-last.
ResNet build_model(const ResolvedWeights& weights, const LoadOptions& options = {},
                   LoadReport* report = nullptr);

}  // namespace zoo
