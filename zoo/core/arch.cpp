#include "zoo/core/arch.h"

#include <algorithm>
#include <vector>

#include "zoo/core/error.h"
#include "zoo/core/text.h"

namespace zoo {
namespace {

constexpr std::string_view kPaperResNet = "https://arxiv.org/abs/1512.03385";

constexpr Stages stages(int64_t a, int64_t b, int64_t c, int64_t d = 0) {
  return {a, b, c, d};
}

// He et al. 2015, table 1, with the stride on the 3x3 (torchvision's "v1.5").
constexpr ArchSpec imagenet(std::string_view name, Block block, Stages depths) {
  return {.name = name,
          .block = block,
          .depths = depths,
          .channels = block == Block::basic ? stages(64, 128, 256, 512) : stages(256, 512, 1024, 2048),
          .paper = kPaperResNet};
}

// OpenMMLab's ResNet_CIFAR: the ImageNet stages behind a 3x3 stem without pooling.
constexpr ArchSpec cifar_four_stage(std::string_view name, Block block, Stages depths) {
  ArchSpec spec = imagenet(name, block, depths);
  spec.stem = Stem::conv3x3;
  spec.stem_pool = StemPool::none;
  spec.input_px = 32;
  spec.num_classes = 10;
  return spec;
}

// He et al. 2015, section 4.2: three stages of n blocks, depth 6n + 2.
constexpr ArchSpec cifar_paper(std::string_view name, int64_t depth, Shortcut shortcut) {
  const int64_t n = (depth - 2) / 6;
  return {.name = name,
          .block = Block::basic,
          .num_stages = 3,
          .depths = stages(n, n, n),
          .channels = stages(16, 32, 64),
          .stem = Stem::conv3x3,
          .stem_widths = {16, 0, 0},
          .stem_pool = StemPool::none,
          .shortcut = shortcut,
          .input_px = 32,
          .num_classes = 10,
          .paper = kPaperResNet};
}

constexpr std::array kArchs{
    imagenet("resnet18", Block::basic, stages(2, 2, 2, 2)),
    imagenet("resnet34", Block::basic, stages(3, 4, 6, 3)),
    imagenet("resnet50", Block::bottleneck, stages(3, 4, 6, 3)),
    imagenet("resnet101", Block::bottleneck, stages(3, 4, 23, 3)),
    imagenet("resnet152", Block::bottleneck, stages(3, 8, 36, 3)),
    cifar_four_stage("resnet18_cifar", Block::basic, stages(2, 2, 2, 2)),
    cifar_four_stage("resnet34_cifar", Block::basic, stages(3, 4, 6, 3)),
    cifar_four_stage("resnet50_cifar", Block::bottleneck, stages(3, 4, 6, 3)),
    cifar_four_stage("resnet101_cifar", Block::bottleneck, stages(3, 4, 23, 3)),
    cifar_four_stage("resnet152_cifar", Block::bottleneck, stages(3, 8, 36, 3)),
    cifar_paper("resnet20_cifar", 20, Shortcut::pad),
    cifar_paper("resnet32_cifar", 32, Shortcut::pad),
    cifar_paper("resnet44_cifar", 44, Shortcut::pad),
    cifar_paper("resnet56_cifar", 56, Shortcut::pad),
    cifar_paper("resnet110_cifar", 110, Shortcut::pad),
    cifar_paper("resnet1202_cifar", 1202, Shortcut::pad),
};

}  // namespace

std::span<const ArchSpec> arch_table() {
  return kArchs;
}

const ArchSpec* find_arch(std::string_view name) {
  const auto found = std::ranges::find(kArchs, name, &ArchSpec::name);
  return found == kArchs.end() ? nullptr : &*found;
}

const ArchSpec& get_arch(std::string_view name) {
  if (const ArchSpec* spec = find_arch(name)) return *spec;
  std::vector<std::string> names;
  names.reserve(kArchs.size());
  for (const ArchSpec& spec : kArchs) names.emplace_back(spec.name);
  throw Error(ErrorCode::not_found, "", "unknown architecture '" + std::string(name) + "'",
              did_you_mean(nearest_names(name, names)) + "'zoo list --archs' shows all names.");
}

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
