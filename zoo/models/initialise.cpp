#include "zoo/models/initialise.h"

#include <ATen/core/grad_mode.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/linear.h>

#include <cmath>

#include "zoo/models/blocks.h"

namespace zoo {
namespace {

void initialise_conv(ConvImpl& conv, Init init) {
  torch::nn::init::kaiming_normal_(conv.weight, /*a=*/0, torch::kFanOut, torch::kReLU);
  if (!conv.bias.defined()) return;
  const double bound =
      init == Init::openmmlab ? 0 : 1 / std::sqrt(static_cast<double>(conv.weight[0].numel()));
  torch::nn::init::uniform_(conv.bias, -bound, bound);
}

}  // namespace

void initialise_backbone(torch::nn::Module& model, Init init, bool zero_init_last) {
  for (const auto& module : model.modules(/*include_self=*/false)) {
    if (auto* conv = module->as<Conv>()) initialise_conv(*conv, init);
    if (auto* conv = module->as<ChannelConv>()) {
      const double bound = 1 / std::sqrt(static_cast<double>(conv->kernel));
      torch::nn::init::uniform_(conv->weight, -bound, bound);
    }
    if (auto* block = module->as<ResidualBlock>(); block != nullptr && zero_init_last)
      torch::nn::init::zeros_(block->path.back().norm->weight);
  }
}

void initialise_head(torch::nn::LinearImpl& head, Init init) {
  if (init != Init::openmmlab) return;
  torch::nn::init::normal_(head.weight, 0, 0.01);
  torch::nn::init::zeros_(head.bias);
}

}  // namespace zoo
