// A model out of what a user typed after --weights.
#pragma once

#include "zoo/models/load.h"
#include "zoo/models/resnet.h"
#include "zoo/resolve/resolve.h"

namespace zoo {

// What the weights decide of a model: its classes, input channels, pool and stride. Nothing is initialised.
ResNetOptions options_of(const ResolvedWeights& weights);
// Builds the model, loads the file, eval mode, channels-last.
ResNet build_model(const ResolvedWeights& weights, const LoadOptions& options = {},
                   LoadReport* report = nullptr);
// The same with other options than options_of(weights).
ResNet build_model(const ResolvedWeights& weights, const ResNetOptions& model_options,
                   const LoadOptions& options, LoadReport* report = nullptr);

}  // namespace zoo
