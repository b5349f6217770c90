// The names that transformers' Flax and TensorFlow ResNets give their tensors, as its PyTorch ResNet has
// them. Reference: transformers 4.44.2, modeling_flax_pytorch_utils.py, modeling_tf_pytorch_utils.py.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace zoo {

// "params.resnet.embedder.embedder.convolution.kernel" -> "resnet.embedder.embedder.convolution.weight".
// Nothing where it is no such name.
std::optional<std::string> from_flax_name(std::string_view name);
// From safetensors ("resnet/embedder/embedder/convolution/kernel:0") and from a Keras file, whose groups put
// "resnet.<name of the model>." before it.
std::optional<std::string> from_tf_name(std::string_view name);

// The other way round. A Flax module that builds basic blocks does not name their parts: they are "layer_0",
// ... there. Nothing for counters, which neither has.
std::optional<std::string> to_flax_name(std::string_view torch_name, bool basic_blocks);
// As in safetensors.
std::optional<std::string> to_tf_name(std::string_view torch_name);

}  // namespace zoo
