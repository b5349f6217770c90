// A model by its name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "zoo/arch/global_pool.h"
#include "zoo/models/resnet.h"
#include "zoo/resolve/resolve.h"

namespace zoo {

struct CreateOptions {
  // Whether the weights are loaded; else the model is freshly initialised. Nothing: of an architecture's bare
  // name they are not, of whatever names weights they are.
  std::optional<bool> pretrained = std::nullopt;
  std::optional<int64_t> num_classes =
      std::nullopt;  // 0 = no head; nothing: those of the weights or the arch
  // Of pretrained weights for 3 channels the first convolution is adapted, see adapt_input_channels().
  std::optional<int64_t> in_channels = std::nullopt;
  std::optional<GlobalPool> global_pool = std::nullopt;
  std::optional<int64_t> output_stride = std::nullopt;  // 0 = as published
  double drop_rate = 0;                                 // as ResNetOptions has them
  double drop_path_rate = 0;
  std::string arch = {};                   // for a file that does not say it
  std::optional<FetchOptions> fetch = {};  // nothing: environment_fetch_options()
};

// "resnet50d" (an architecture, of the table or registered), "resnet50.tv2_in1k" (a weight of `zoo list`), a
// checkpoint file, a run's or a model's folder, hf:OWNER/REPO, a URL. A bare architecture that is
// `pretrained` gets the weights that the manifest has as its default. The model is in training mode and
// channels-last if it is new, in evaluation mode if weights were loaded. A head of another class count than
// the weights' is new. Throws Error{not_found} with the nearest names, and as resolve_weights() and load()
// do.
ResNet create_model(const std::string& name, const CreateOptions& options = {});

}  // namespace zoo
