// Stochastic gradient descent with momentum: torch.optim.SGD to the bit, in one fused kernel.
// Sutskever et al., ICML 2013 (momentum and Nesterov's form), as PyTorch writes them.
#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

namespace zoo {

struct SgdOptions {
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;  // added to the gradient of every parameter
};

// The learning rate is an argument of each step, so a schedule never touches the momentum.
class Sgd {
 public:
  // Leaves of the autograd graph, dense, float.
  Sgd(std::vector<at::Tensor> parameters, const SgdOptions& options);
  // Moves every parameter against its gradient. All must have one.
  void step(double lr);
  // Forgets all gradients.
  void zero_grad();

 private:
  std::vector<at::Tensor> parameters_;
  std::vector<at::Tensor> momenta_;  // empty before the first step, and without momentum
  SgdOptions options_;
};

}  // namespace zoo
