// The words that stand for the parts of an architecture.
#include "zoo/arch/arch.h"

namespace zoo {

std::string_view to_string(Block block) {
  return block == Block::basic ? "basic" : "bottleneck";
}

std::string_view to_string(Stem stem) {
  constexpr std::array<std::string_view, 3> kNames{"conv7x7", "conv3x3", "deep"};
  return kNames[static_cast<size_t>(stem)];
}

std::string_view to_string(StemPool pool) {
  constexpr std::array<std::string_view, 5> kNames{"none", "max", "avg", "max_blur", "conv"};
  return kNames[static_cast<size_t>(pool)];
}

std::string_view to_string(Shortcut shortcut) {
  constexpr std::array<std::string_view, 3> kNames{"pad", "conv", "avg_pool_conv"};
  return kNames[static_cast<size_t>(shortcut)];
}

std::string_view to_string(StridePlace place) {
  return place == StridePlace::conv1 ? "conv1" : "conv2";
}

std::string_view to_string(AntiAlias kind) {
  constexpr std::array<std::string_view, 3> kNames{"none", "avg", "blur"};
  return kNames[static_cast<size_t>(kind)];
}

std::string_view to_string(Attention kind) {
  constexpr std::array<std::string_view, 3> kNames{"none", "se", "eca"};
  return kNames[static_cast<size_t>(kind)];
}

std::string_view to_string(Norm kind) {
  return kind == Norm::batch ? "batch" : "group";
}

std::string_view to_string(Activation kind) {
  constexpr std::array<std::string_view, 11> kNames{"relu",      "relu6",      "leaky_relu", "gelu",
                                                    "gelu_tanh", "quick_gelu", "silu",       "mish",
                                                    "tanh",      "sigmoid",    "linear"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace zoo
