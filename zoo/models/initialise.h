// First values of what learns.
#pragma once

#include "zoo/models/options.h"

namespace torch::nn {
class LinearImpl;
class Module;
}  // namespace torch::nn

namespace zoo {

// Draws all but the head from LibTorch's default generator: norms become 1 and 0, convolutions as `init`
// says.
void initialise_backbone(torch::nn::Module& model, Init init, bool zero_init_last);
// A head fresh from torch::nn::Linear has Init::timm's values already.
void initialise_head(torch::nn::LinearImpl& head, Init init);

}  // namespace zoo
