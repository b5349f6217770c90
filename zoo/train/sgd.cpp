#include "zoo/train/sgd.h"

#include <utility>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>

namespace zoo {

Sgd::Sgd(std::vector<at::Tensor> parameters, const SgdOptions& options)
    : parameters_(std::move(parameters)), options_(options) {}

void Sgd::step(double lr) {
  const at::NoGradGuard no_grad;
  const bool first = momenta_.empty();
  std::vector<at::Tensor> gradients;
  gradients.reserve(parameters_.size());
  for (const at::Tensor& parameter : parameters_) {
    at::Tensor gradient = parameter.grad();
    // The kernel walks parameter, gradient and momentum as flat memory.
    if (gradient.strides() != parameter.strides()) gradient = at::empty_like(parameter).copy_(gradient);
    gradients.push_back(std::move(gradient));
    if (first && options_.momentum != 0) momenta_.push_back(at::empty_like(parameter));
  }
  at::_fused_sgd_(parameters_, gradients, momenta_, options_.weight_decay, options_.momentum, lr,
                  /*dampening=*/0, options_.nesterov, /*maximize=*/false, /*is_first_step=*/first);
}

void Sgd::zero_grad() {
  for (at::Tensor& parameter : parameters_) parameter.mutable_grad().reset();
}

}  // namespace zoo
