// Specs of the nets that the reference libraries build in the tests and that are no row of the table.
#pragma once

#include <string>

#include "zoo/arch/arch.h"

namespace zoo::test {

// Blocks, stem and shortcuts of SENet-154, two blocks a stage.
inline ArchSpec small_senet() {
  ArchSpec spec = get_arch("resnet50");
  spec.depths = {2, 2, 2, 2};
  spec.stem = Stem::deep;
  spec.stem_widths = {64, 64, 128};
  spec.shortcut_kernel = 3;
  spec.attention = Attention::se;
  spec.groups = 64;
  spec.base_width = 4;
  spec.reduce_first = 2;
  return spec;
}

// "hf_gelu": Hugging Face's ResNet-18 with another hidden_act.
inline bool set_activation(ArchSpec& spec, const std::string& name) {
  constexpr std::array kAll{Activation::relu,    Activation::relu6,     Activation::leaky_relu,
                            Activation::gelu,    Activation::gelu_tanh, Activation::quick_gelu,
                            Activation::silu,    Activation::mish,      Activation::tanh,
                            Activation::sigmoid, Activation::linear};
  for (const Activation activation : kAll) {
    spec.activation = activation;
    if (name == "hf_" + std::string(to_string(activation))) return true;
  }
  return false;
}

// A row of the table or one of the above.
inline ArchSpec reference_spec(const std::string& name) {
  if (const ArchSpec* known = find_arch(name)) return *known;
  if (name == "senet_small") return small_senet();
  ArchSpec spec = get_arch(name.starts_with("hf_") ? "resnet18" : "resnet50");
  if (name == "resnet50_caffe") {
    spec.stride_place = StridePlace::conv1;
  } else if (name == "hf_early_strides") {  // downsample_in_bottleneck, downsample_in_first_stage
    spec = get_arch("resnet50");
    spec.stride_place = StridePlace::conv1;
    spec.first_stride = 2;
  } else if (!set_activation(spec, name)) {
    return get_arch(name);  // throws
  }
  return spec;
}

}  // namespace zoo::test
