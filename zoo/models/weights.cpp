#include "zoo/models/weights.h"

#include <string>
#include <utility>

#include <c10/util/Exception.h>

#include "zoo/base/error.h"
#include "zoo/checkpoint/checkpoint.h"

namespace zoo {

ResNetOptions options_of(const ResolvedWeights& weights) {
  return {.num_classes = weights.num_classes,
          .in_channels = weights.in_channels,
          .initialise = false,
          .global_pool = weights.global_pool,
          .output_stride = weights.output_stride};
}

ResNet build_model(const ResolvedWeights& weights, const LoadOptions& options, LoadReport* report) {
  return build_model(weights, options_of(weights), options, report);
}

ResNet build_model(const ResolvedWeights& weights, const ResNetOptions& model_options,
                   const LoadOptions& options, LoadReport* report) {
  const Checkpoint checkpoint = Checkpoint::open(weights.file);
  ResNet model = [&] {
    try {
      return ResNet(weights.arch, model_options);
    } catch (const c10::Error& error) {
      const std::string text = error.what_without_backtrace();
      throw Error(ErrorCode::io, weights.file.string(),
                  "its net cannot be built: " + text.substr(0, text.find('\n')),
                  "Its architecture, " + std::string(weights.arch.name) + ", may be wrong.");
    }
  }();
  LoadOptions with_names = options;
  if (with_names.renamings.empty()) with_names.renamings = weights.renamings;
  LoadReport result = load(model, checkpoint, with_names);
  if (report != nullptr) *report = std::move(result);
  model->eval();
  model->to_channels_last();
  return model;
}

}  // namespace zoo
