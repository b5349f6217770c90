#include "zoo/models/adapt_input.h"

namespace zoo {

at::Tensor adapt_input_channels(const at::Tensor& weight, int64_t in_channels) {
  const at::Tensor floats = weight.to(at::kFloat);
  if (in_channels == 1) return floats.sum(1, /*keepdim=*/true);
  const int64_t times = (in_channels + kPublishedChannels - 1) / kPublishedChannels;
  const at::Tensor repeated = floats.repeat({1, times, 1, 1}).narrow(1, 0, in_channels);
  return repeated.mul(static_cast<double>(kPublishedChannels) / static_cast<double>(in_channels));
}

}  // namespace zoo
