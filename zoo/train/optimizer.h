// The optimizers, each as Python has it: SGD, Adam, AdamW and RMSprop as torch.optim (2.13), RMSprop in
// TensorFlow's form, LAMB and Lion as timm (1.0.31). SGD, Adam and AdamW are LibTorch's fused kernels.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace zoo {

enum class OptimizerKind { sgd, adam, adamw, rmsprop, rmsprop_tf, lamb, lion };
std::string_view to_string(OptimizerKind kind);
// Throws Error{usage} that lists what is possible.
OptimizerKind parse_optimizer(std::string_view text);

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::sgd;
  double momentum = 0.9;              // of SGD and both RMSprops, 0 <= m < 1
  bool nesterov = false;              // of SGD
  double beta1 = 0.9, beta2 = 0.999;  // of Adam, AdamW, LAMB (0.9, 0.999) and Lion (0.9, 0.99)
  double alpha = 0.9;                 // of both RMSprops: what is kept of the squared gradients
  double eps = 1e-8;
};

// What is moved alike.
struct ParameterGroup {
  std::vector<at::Tensor> parameters;  // leaves of the autograd graph, dense, float
  double weight_decay = 0;
  double lr_scale = 1;  // times the rate of the step
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // Moves every parameter that has a gradient. The rate is an argument of each step, so a schedule never
  // touches what is remembered.
  virtual void step(double lr) = 0;
  // Forgets all gradients.
  void zero_grad();
  const std::vector<ParameterGroup>& groups() const { return groups_; }
  // What it remembers, by names that do not change: "momentum.0", "exp_avg.12", ... Views of the real thing,
  // made before the first step where they are not there yet: to be saved, or to be copied into.
  virtual std::vector<std::pair<std::string, at::Tensor>> state() = 0;
  // Steps made; a part of the state.
  int64_t steps() const { return steps_; }
  void set_steps(int64_t steps) { steps_ = steps; }

 protected:
  explicit Optimizer(std::vector<ParameterGroup> groups) : groups_(std::move(groups)) {}
  std::vector<ParameterGroup> groups_;
  int64_t steps_ = 0;
};

std::unique_ptr<Optimizer> make_optimizer(std::vector<ParameterGroup> groups,
                                          const OptimizerOptions& options);

}  // namespace zoo
