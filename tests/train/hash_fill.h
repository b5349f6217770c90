// Weights and pictures by a hash, as tests/golden/train/make_train.py makes them.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <cstdint>

#include "tests/hash_uniform.h"
#include "zoo/arch/arch.h"
#include "zoo/models/resnet.h"

namespace zoo::test {

// Weights with the variance of He's initialisation, norms near 1 and 0, statistics untouched.
inline void hash_fill(ResNet& model) {
  const at::NoGradGuard no_grad;
  uint32_t index = 0;
  for (auto& item : model->named_parameters()) {
    const at::Tensor& parameter = item.value();
    double offset = -0.5, factor = 0.2;
    if (parameter.dim() > 1) {
      factor = std::sqrt(24.0 / static_cast<double>(parameter.numel() / parameter.size(0)));
    } else if (item.key().ends_with("weight")) {
      offset = 1.5, factor = 0.5;
    }
    auto* out = parameter.data_ptr<float>();
    for (uint32_t i = 0; i < static_cast<uint32_t>(parameter.numel()); ++i)
      out[i] = static_cast<float>((hash_uniform(index, i) + offset) * factor);
    ++index;
  }
}

inline ResNet hash_filled(const char* arch, int64_t num_classes) {
  ResNet model(get_arch(arch), ResNetOptions{.num_classes = num_classes});
  hash_fill(model);
  return model;
}

// float32 in [-2, 2).
inline at::Tensor hash_pictures(uint32_t index, at::IntArrayRef shape) {
  at::Tensor pictures = at::empty(shape);
  auto* out = pictures.data_ptr<float>();
  for (uint32_t i = 0; i < static_cast<uint32_t>(pictures.numel()); ++i)
    out[i] = static_cast<float>((hash_uniform(index, i) - 0.5) * 4);
  return pictures;
}

}  // namespace zoo::test
