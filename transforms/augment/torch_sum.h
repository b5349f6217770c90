// The order in which PyTorch adds many single-precision numbers, which decides how the sum is rounded.
// Internal to transforms.
#pragma once

#include <span>

namespace zoo {

// torch.sum of the numbers in one thread on x86: four strands of eight lanes each, every sixteen numbers of a
// lane to a sum of the next level. Bit-equal to PyTorch 2.13.
float torch_sum(std::span<const float> values);

}  // namespace zoo
