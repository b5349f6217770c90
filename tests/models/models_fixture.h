// Models and pictures filled by a hash, as tests/python/reference_models.py fills the reference models.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <string>

#include "tests/hash_uniform.h"
#include "tests/models/reference_specs.h"
#include "zoo/arch/arch.h"
#include "zoo/models/load.h"
#include "zoo/models/resnet.h"
#include "zoo/models/tensor_bridge.h"

namespace zoo::test {

inline void hash_fill(ResNet& model, double norm_gain = 0.6) {
  const at::NoGradGuard no_grad;
  uint32_t index = 0;
  for (const auto& [name, tensor] : state_dict(model)) {
    if (name.ends_with("num_batches_tracked")) {
      tensor.fill_(static_cast<int64_t>(index++));
      continue;
    }
    double factor = 0.2, offset = -0.5;
    if (tensor.dim() > 1) {
      factor = std::sqrt(24.0 / static_cast<double>(tensor.numel() / tensor.size(0)));
    } else if (name.ends_with("running_var")) {
      factor = 1, offset = 0.5;
    } else if (name.ends_with("weight")) {
      factor = norm_gain, offset = 0.5;
    }
    auto* out = tensor.data_ptr<float>();
    for (uint32_t i = 0; i < static_cast<uint32_t>(tensor.numel()); ++i) {
      out[i] = static_cast<float>((hash_uniform(index, i) + offset) * factor);
    }
    ++index;
  }
}

// float32 in [-2, 2), [2, channels, height, width].
inline at::Tensor hash_pictures(uint32_t index, int64_t height, int64_t width, int64_t channels = 3) {
  at::Tensor pictures = at::empty({2, channels, height, width});
  auto* out = pictures.data_ptr<float>();
  for (uint32_t i = 0; i < static_cast<uint32_t>(pictures.numel()); ++i) {
    out[i] = static_cast<float>((hash_uniform(1'000'000 + index, i) - 0.5) * 4);
  }
  return pictures;
}

inline ResNet hash_filled(const ArchSpec& spec, const ResNetOptions& options, double norm_gain = 0.6) {
  ResNetOptions uninitialised = options;
  uninitialised.initialise = false;
  ResNet model(spec, uninitialised);
  hash_fill(model, norm_gain);
  model->eval();
  return model;
}

}  // namespace zoo::test
