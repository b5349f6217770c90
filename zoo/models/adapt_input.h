// Weights learned from three channels for pictures of another number.
#pragma once

#include <ATen/core/Tensor.h>

namespace zoo {

inline constexpr int64_t kPublishedChannels = 3;

// The first convolution's weight [out, 3, h, w] for other inputs, as timm's adapt_input_conv makes it: the
// sum over the channels for one; otherwise the channels one after the other, from the first again behind the
// third, scaled by 3 / in_channels so that the output keeps its size. -> float32 [out, in_channels, h, w]
at::Tensor adapt_input_channels(const at::Tensor& weight, int64_t in_channels);

}  // namespace zoo
