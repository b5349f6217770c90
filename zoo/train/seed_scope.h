// Makes what draws from LibTorch's default generator repeatable, without a lasting change to that generator.
#pragma once

#include <cstdint>

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

namespace zoo {

// In the scope the CPU's default generator starts from `seed`, as after torch.manual_seed(seed): a model
// built in it has the same bits each time. After it the generator goes on where it was.
class SeedScope {
 public:
  explicit SeedScope(uint64_t seed);
  ~SeedScope();
  SeedScope(const SeedScope&) = delete;
  SeedScope& operator=(const SeedScope&) = delete;

 private:
  at::Generator generator_;
  at::Tensor state_;
};

}  // namespace zoo
