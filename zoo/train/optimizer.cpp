#include "zoo/train/optimizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "zoo/base/error.h"

namespace zoo {
namespace {

using Tensors = std::vector<at::Tensor>;
using Named = std::vector<std::pair<std::string, at::Tensor>>;

constexpr std::array<std::string_view, 7> kNames{"sgd",        "adam", "adamw", "rmsprop",
                                                 "rmsprop_tf", "lamb", "lion"};

// Of one group, in the order of its parameters; kernels walk parameter, gradient and state as flat memory.
Tensors gradients_of(const ParameterGroup& group) {
  Tensors gradients;
  for (const at::Tensor& parameter : group.parameters) {
    at::Tensor gradient = parameter.grad();
    if (gradient.strides() != parameter.strides()) gradient = at::empty_like(parameter).copy_(gradient);
    gradients.push_back(std::move(gradient));
  }
  return gradients;
}

// What an optimizer remembers of each parameter, by group.
class Memory {
 public:
  Memory(std::string name, const std::vector<ParameterGroup>& groups, bool ones = false)
      : name_(std::move(name)) {
    const at::NoGradGuard no_grad;
    for (const ParameterGroup& group : groups) {
      Tensors tensors;
      for (const at::Tensor& parameter : group.parameters)
        tensors.push_back(ones ? at::ones_like(parameter) : at::zeros_like(parameter));
      by_group_.push_back(std::move(tensors));
    }
  }
  Tensors& of(size_t group) { return by_group_[group]; }
  void add_to(Named& state) const {
    size_t number = 0;
    for (const Tensors& tensors : by_group_)
      for (const at::Tensor& tensor : tensors)
        state.emplace_back(name_ + "." + std::to_string(number++), tensor);
  }

 private:
  std::string name_;
  std::vector<Tensors> by_group_;
};

class Sgd : public Optimizer {
 public:
  Sgd(std::vector<ParameterGroup> groups, const OptimizerOptions& options)
      : Optimizer(std::move(groups)), options_(options) {
    if (options.momentum != 0) momenta_.emplace("momentum", groups_);
  }
  void step(double lr) override {
    const at::NoGradGuard no_grad;
    for (size_t i = 0; i < groups_.size(); ++i) {
      const Tensors gradients = gradients_of(groups_[i]);
      at::_fused_sgd_(groups_[i].parameters, gradients, momenta_ ? momenta_->of(i) : Tensors(),
                      groups_[i].weight_decay, options_.momentum, lr * groups_[i].lr_scale,
                      /*dampening=*/0, options_.nesterov, /*maximize=*/false, /*is_first_step=*/steps_ == 0);
    }
    ++steps_;
  }
  Named state() override {
    Named state;
    if (momenta_) momenta_->add_to(state);
    return state;
  }

 private:
  OptimizerOptions options_;
  std::optional<Memory> momenta_;
};

// torch's Adam and AdamW, fused: their decays differ.
class Adam : public Optimizer {
 public:
  Adam(std::vector<ParameterGroup> groups, const OptimizerOptions& options)
      : Optimizer(std::move(groups)),
        options_(options),
        averages_("exp_avg", groups_),
        squares_("exp_avg_sq", groups_) {}
  void step(double lr) override {
    const at::NoGradGuard no_grad;
    ++steps_;
    for (size_t i = 0; i < groups_.size(); ++i) {
      ParameterGroup& group = groups_[i];
      const Tensors gradients = gradients_of(group);
      const at::TensorOptions place = group.parameters.front().options().dtype(at::kFloat);
      const Tensors counts(group.parameters.size(), at::full({}, static_cast<double>(steps_), place));
      const auto kernel = options_.kind == OptimizerKind::adam ? static_cast<Kernel>(at::_fused_adam_)
                                                               : static_cast<Kernel>(at::_fused_adamw_);
      kernel(group.parameters, gradients, averages_.of(i), squares_.of(i), {}, counts, lr * group.lr_scale,
             options_.beta1, options_.beta2, group.weight_decay, options_.eps, /*amsgrad=*/false,
             /*maximize=*/false, {}, {});
    }
  }
  Named state() override {
    Named state;
    averages_.add_to(state);
    squares_.add_to(state);
    return state;
  }

 private:
  using Kernel = void (*)(at::TensorList, at::TensorList, at::TensorList, at::TensorList, at::TensorList,
                          at::TensorList, double, double, double, double, double, bool, bool,
                          const std::optional<at::Tensor>&, const std::optional<at::Tensor>&);
  OptimizerOptions options_;
  Memory averages_, squares_;
};

class Rmsprop : public Optimizer {
 public:
  Rmsprop(std::vector<ParameterGroup> groups, const OptimizerOptions& options)
      : Optimizer(std::move(groups)),
        options_(options),
        squares_("square_avg", groups_, /*ones=*/options.kind == OptimizerKind::rmsprop_tf) {
    if (options.momentum != 0) momenta_.emplace("momentum_buffer", groups_);
  }
  void step(double rate) override {
    const at::NoGradGuard no_grad;
    ++steps_;
    const bool tensorflow = options_.kind == OptimizerKind::rmsprop_tf;
    for (size_t g = 0; g < groups_.size(); ++g) {
      const double lr = rate * groups_[g].lr_scale;
      const Tensors gradients = gradients_of(groups_[g]);
      for (size_t i = 0; i < gradients.size(); ++i) {
        at::Tensor parameter = groups_[g].parameters[i], gradient = gradients[i], square = squares_.of(g)[i];
        if (groups_[g].weight_decay != 0) gradient = gradient.add(parameter, groups_[g].weight_decay);
        at::Tensor average;
        if (tensorflow) {
          square.add_(gradient.pow(2) - square, 1.0 - options_.alpha);
          average = square.add(options_.eps).sqrt_();
        } else {
          square.mul_(options_.alpha).addcmul_(gradient, gradient, 1 - options_.alpha);
          average = square.sqrt().add_(options_.eps);
        }
        if (!momenta_) {
          parameter.addcdiv_(gradient, average, -lr);
        } else if (tensorflow) {  // whose rate is a part of the momentum
          at::Tensor momentum = momenta_->of(g)[i];
          parameter.add_(momentum.mul_(options_.momentum).addcdiv_(gradient, average, lr).neg());
        } else {
          at::Tensor momentum = momenta_->of(g)[i];
          parameter.add_(momentum.mul_(options_.momentum).addcdiv_(gradient, average), -lr);
        }
      }
    }
  }
  Named state() override {
    Named state;
    squares_.add_to(state);
    if (momenta_) momenta_->add_to(state);
    return state;
  }

 private:
  OptimizerOptions options_;
  Memory squares_;
  std::optional<Memory> momenta_;
};

// You et al., 2020; the gradient of all parameters is clipped to a norm of 1 first.
class Lamb : public Optimizer {
 public:
  Lamb(std::vector<ParameterGroup> groups, const OptimizerOptions& options)
      : Optimizer(std::move(groups)),
        options_(options),
        averages_("exp_avg", groups_),
        squares_("exp_avg_sq", groups_) {}
  void step(double rate) override {
    const at::NoGradGuard no_grad;
    ++steps_;
    const auto steps = static_cast<double>(steps_);
    const double correction = 1 - std::pow(options_.beta1, steps),
                 root = std::sqrt(1 - std::pow(options_.beta2, steps));
    std::vector<Tensors> gradients;
    Tensors norms;
    for (const ParameterGroup& group : groups_) {
      gradients.push_back(gradients_of(group));
      for (const at::Tensor& gradient : gradients.back()) norms.push_back(at::linalg_vector_norm(gradient));
    }
    const at::Tensor excess = at::linalg_vector_norm(at::stack(norms)).clamp_(1.0);
    for (size_t g = 0; g < groups_.size(); ++g) {
      const double lr = rate * groups_[g].lr_scale, decay = groups_[g].weight_decay;
      for (size_t i = 0; i < gradients[g].size(); ++i) {
        at::Tensor parameter = groups_[g].parameters[i], average = averages_.of(g)[i],
                   square = squares_.of(g)[i];
        const at::Tensor gradient = gradients[g][i] / excess;
        average.lerp_(gradient, 1 - options_.beta1);
        square.mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
        at::Tensor update = (average / correction).div_((square.sqrt() / root).add_(options_.eps));
        if (decay != 0) {
          update.add_(parameter, decay);
          const at::Tensor size = at::linalg_vector_norm(parameter), way = at::linalg_vector_norm(update);
          const at::Tensor one = at::ones_like(size);
          update.mul_(at::where(size > 0, at::where(way > 0, size / way, one), one));
        }
        parameter.add_(update, -lr);
      }
    }
  }
  Named state() override {
    Named state;
    averages_.add_to(state);
    squares_.add_to(state);
    return state;
  }

 private:
  OptimizerOptions options_;
  Memory averages_, squares_;
};

// Chen et al., 2023.
class Lion : public Optimizer {
 public:
  Lion(std::vector<ParameterGroup> groups, const OptimizerOptions& options)
      : Optimizer(std::move(groups)), options_(options), averages_("exp_avg", groups_) {}
  void step(double rate) override {
    const at::NoGradGuard no_grad;
    ++steps_;
    for (size_t g = 0; g < groups_.size(); ++g) {
      const double lr = rate * groups_[g].lr_scale;
      const Tensors gradients = gradients_of(groups_[g]);
      for (size_t i = 0; i < gradients.size(); ++i) {
        at::Tensor parameter = groups_[g].parameters[i], average = averages_.of(g)[i];
        parameter.mul_(1 - lr * groups_[g].weight_decay);
        parameter.add_(average.lerp(gradients[i], 1 - options_.beta1).sign_(), -lr);
        average.lerp_(gradients[i], 1 - options_.beta2);
      }
    }
  }
  Named state() override {
    Named state;
    averages_.add_to(state);
    return state;
  }

 private:
  OptimizerOptions options_;
  Memory averages_;
};

}  // namespace

std::string_view to_string(OptimizerKind kind) {
  return kNames.at(static_cast<size_t>(kind));
}

OptimizerKind parse_optimizer(std::string_view text) {
  const auto found = std::ranges::find(kNames, text);
  if (found != kNames.end()) return static_cast<OptimizerKind>(found - kNames.begin());
  std::string known;
  for (const std::string_view name : kNames) known += (known.empty() ? "" : ", ") + std::string(name);
  throw Error(ErrorCode::usage, "optimizer", "'" + std::string(text) + "' is none", "Known: " + known + ".");
}

void Optimizer::zero_grad() {
  for (ParameterGroup& group : groups_)
    for (at::Tensor& parameter : group.parameters) parameter.mutable_grad().reset();
}

std::unique_ptr<Optimizer> make_optimizer(std::vector<ParameterGroup> groups,
                                          const OptimizerOptions& options) {
  std::erase_if(groups, [](const ParameterGroup& group) { return group.parameters.empty(); });
  switch (options.kind) {
    case OptimizerKind::sgd:
      return std::make_unique<Sgd>(std::move(groups), options);
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      return std::make_unique<Adam>(std::move(groups), options);
    case OptimizerKind::rmsprop:
    case OptimizerKind::rmsprop_tf:
      return std::make_unique<Rmsprop>(std::move(groups), options);
    case OptimizerKind::lamb:
      return std::make_unique<Lamb>(std::move(groups), options);
    case OptimizerKind::lion:
      return std::make_unique<Lion>(std::move(groups), options);
  }
  throw Error(ErrorCode::usage, "optimizer", "is unknown");
}

}  // namespace zoo
