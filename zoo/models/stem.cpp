#include "zoo/models/stem.h"

namespace zoo {

void DeepStemImpl::reset() {
  first.conv = register_module("0", Conv(ConvOptions{.in = in, .out = widths[0], .kernel = 3, .stride = 2}));
  first.norm = register_module("1", NormLayer(norm, widths[0]));
  second.conv = register_module("3", Conv(ConvOptions{.in = widths[0], .out = widths[1], .kernel = 3}));
  second.norm = register_module("4", NormLayer(norm, widths[1]));
  last = register_module("6", Conv(ConvOptions{.in = widths[1], .out = widths[2], .kernel = 3}));
}

torch::Tensor DeepStemImpl::forward(const torch::Tensor& images) {
  const torch::Tensor x = activate(first.forward(images), activation);
  return last->forward(activate(second.forward(x), activation));
}

void ConvPoolImpl::reset() {
  const ConvOptions conv{.in = channels, .out = channels, .kernel = 3, .stride = 2};
  pool.conv = register_module("0", Conv(conv));
  pool.norm = register_module("1", NormLayer(norm, channels));
}

torch::Tensor ConvPoolImpl::forward(const torch::Tensor& x) {
  return activate(pool.forward(x), activation);
}

}  // namespace zoo
