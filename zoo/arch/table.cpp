// The named architectures, a row each. Where several have the same tensors, the usual one is listed first:
// what names a file's architecture takes the first that fits. Sources: the papers; timm 1.0.31 (resnet.py,
// resnest.py, res2net.py) for its names and input sizes; mmpretrain 1.2.0 for OpenMMLab's.
#include <algorithm>

#include "zoo/arch/row.h"

namespace zoo {
namespace {

constexpr Row basic(std::string_view name, const Stages& depths) {
  return {name, Block::basic, depths};
}

constexpr Row bottleneck(std::string_view name, const Stages& depths) {
  return {name, Block::bottleneck, depths};
}

// He et al. 2015, section 4.2: three stages of n blocks, depth 6n + 2.
constexpr ArchSpec paper_cifar(std::string_view name, int64_t depth, Shortcut shortcut = Shortcut::pad) {
  const int64_t n = (depth - 2) / 6;
  return {.name = name,
          .block = Block::basic,
          .num_stages = 3,
          .depths = {n, n, n},
          .channels = {16, 32, 64},
          .stem = Stem::conv3x3,
          .stem_widths = {16, 0, 0},
          .stem_pool = StemPool::none,
          .shortcut = shortcut,
          .input_px = 32,
          .num_classes = 10,
          .paper = kPaperResNet};
}

// timm's model for tests, a little of everything.
constexpr Block kTestBlocks[]{Block::basic, Block::basic, Block::bottleneck, Block::basic};
constexpr Stages kTestChannels{32, 48, 192, 96};

constexpr ArchSpec kArchs[]{
    // ResNet
    basic("resnet18", k18),
    basic("resnet34", k50),
    bottleneck("resnet26", k18),
    bottleneck("resnet50", k50),
    bottleneck("resnet101", k101),
    bottleneck("resnet152", k152),
    bottleneck("resnet200", k200),
    bottleneck("resnet50_gn", k50).group_norm(),
    // deep stems (c, s), with pooled shortcuts (d, t)
    basic("resnet10t", k10).t().px(176),
    bottleneck("resnet14t", k10).t().px(176),
    basic("resnet18d", k18).d(),
    basic("resnet34d", k50).d(),
    bottleneck("resnet26d", k18).d(),
    bottleneck("resnet26t", k18).t().px(256),
    bottleneck("resnet50c", k50).c(),
    bottleneck("resnet50d", k50).d(),
    bottleneck("resnet50s", k50).s(),
    bottleneck("resnet50t", k50).t(),
    bottleneck("resnet101c", k101).c(),
    bottleneck("resnet101d", k101).d().px(256),
    bottleneck("resnet101s", k101).s(),
    bottleneck("resnet152c", k152).c(),
    bottleneck("resnet152d", k152).d().px(256),
    bottleneck("resnet152s", k152).s(),
    bottleneck("resnet200d", k200).d().px(256),
    // Wide ResNet
    bottleneck("wide_resnet50_2", k50).wide(128),
    bottleneck("wide_resnet101_2", k101).wide(128),
    // ResNeXt
    bottleneck("resnext50_32x4d", k50).grouped(32, 4),
    bottleneck("resnext50d_32x4d", k50).d().grouped(32, 4),
    bottleneck("resnext101_32x4d", k101).grouped(32, 4),
    bottleneck("resnext101_32x8d", k101).grouped(32, 8),
    bottleneck("resnext101_32x16d", k101).grouped(32, 16),
    bottleneck("resnext101_32x32d", k101).grouped(32, 32),
    bottleneck("resnext101_32x48d", k101).grouped(32, 48),
    bottleneck("resnext101_64x4d", k101).grouped(64, 4),
    bottleneck("resnext152_32x4d", k152).grouped(32, 4),
    // squeeze-and-excitation
    basic("seresnet18", k18).se(),
    basic("seresnet34", k50).se(),
    bottleneck("seresnet50", k50).se(),
    bottleneck("seresnet50t", k50).t().se(),
    bottleneck("seresnet101", k101).se(),
    bottleneck("seresnet152", k152).se(),
    bottleneck("seresnet152d", k152).d().se().px(256),
    bottleneck("seresnet200d", k200).d().se().px(256),
    bottleneck("seresnet269d", k269).d().se().px(256),
    bottleneck("seresnext26d_32x4d", k18).d().grouped(32, 4).se(),
    bottleneck("seresnext26t_32x4d", k18).t().grouped(32, 4).se(),
    bottleneck("seresnext50_32x4d", k50).grouped(32, 4).se(),
    bottleneck("seresnext101_32x4d", k101).grouped(32, 4).se(),
    bottleneck("seresnext101_32x8d", k101).grouped(32, 8).se(),
    bottleneck("seresnext101d_32x8d", k101).d().grouped(32, 8).se(),
    bottleneck("seresnext101_64x4d", k101).grouped(64, 4).se(),
    bottleneck("senet154", k152).s().grouped(64, 4).narrowed_first(2).shortcut_kernel(3).se(),
    // efficient channel attention
    bottleneck("ecaresnet26t", k18).t().eca().px(256),
    bottleneck("ecaresnet50d", k50).d().eca(),
    bottleneck("ecaresnet50d_pruned", k50).d().eca().pruned(kEcaResNet50dPruned),
    bottleneck("ecaresnet50t", k50).t().eca().px(256),
    bottleneck("ecaresnet101d", k101).d().eca(),
    bottleneck("ecaresnet101d_pruned", k101).d().eca().pruned(kEcaResNet101dPruned),
    bottleneck("ecaresnet200d", k200).d().eca().px(256),
    bottleneck("ecaresnet269d", k269).d().eca().px(320),
    bottleneck("ecaresnetlight", {1, 1, 11, 3}).pooled().eca(),
    bottleneck("ecaresnext26t_32x4d", k18).t().grouped(32, 4).eca(),
    bottleneck("ecaresnext50t_32x4d", k50).t().grouped(32, 4).eca(),
    // ResNet-RS
    bottleneck("resnetrs50", k50).rs().px(160),
    bottleneck("resnetrs101", k101).rs().px(192),
    bottleneck("resnetrs152", k152).rs().px(256),
    bottleneck("resnetrs200", k200).rs().px(256),
    bottleneck("resnetrs270", {4, 29, 53, 4}).rs().px(256),
    bottleneck("resnetrs350", {4, 36, 72, 4}).rs().px(288),
    bottleneck("resnetrs420", {4, 44, 87, 4}).rs().px(320),
    // ResNeSt
    bottleneck("resnest14d", k10).d().split(2),
    bottleneck("resnest26d", k18).d().split(2),
    bottleneck("resnest50d", k50).d().split(2),
    bottleneck("resnest50d_1s4x24d", k50).d().split(1, 4, 24),
    bottleneck("resnest50d_4s2x40d", k50).d().split(4, 2, 40),
    bottleneck("resnest101e", k101).e().split(2).px(256),
    bottleneck("resnest200e", k200).e().split(2).px(320),
    bottleneck("resnest269e", k269).e().split(2).px(416),
    // Res2Net
    bottleneck("res2net50_14w_8s", k50).cascade(14, 8),
    bottleneck("res2net50_26w_4s", k50).cascade(26, 4),
    bottleneck("res2net50_26w_6s", k50).cascade(26, 6),
    bottleneck("res2net50_26w_8s", k50).cascade(26, 8),
    bottleneck("res2net50_48w_2s", k50).cascade(48, 2),
    bottleneck("res2net50d", k50).d().cascade(26, 4),
    bottleneck("res2net101_26w_4s", k101).cascade(26, 4),
    bottleneck("res2net101d", k101).d().cascade(26, 4),
    bottleneck("res2next50", k50).cascade(4, 4, 8),
    // anti-aliased: a blur or a mean takes the stride
    basic("resnetblur18", k18).blur(),
    bottleneck("resnetblur50", k50).blur(),
    bottleneck("resnetblur50d", k50).d().blur(),
    bottleneck("resnetblur101d", k101).d().blur(),
    basic("resnetaa34d", k50).d().aa(),
    bottleneck("resnetaa50", k50).aa(),
    bottleneck("resnetaa50d", k50).d().aa(),
    bottleneck("resnetaa101d", k101).d().aa(),
    bottleneck("seresnetaa50d", k50).d().se().aa(),
    bottleneck("seresnextaa101d_32x8d", k101).d().grouped(32, 8).se().aa().px(288),
    bottleneck("seresnextaa201d_32x8d", {3, 24, 36, 4}).e().grouped(32, 8).se().aa().px(384),
    // the stride on the first convolution
    bottleneck("resnet50_caffe", k50).caffe(),
    bottleneck("resnet101_caffe", k101).caffe(),
    bottleneck("resnet152_caffe", k152).caffe(),
    basic("test_resnet", k10).deep({16, 16, 32}).pooled().stages(kTestBlocks, kTestChannels).px(160),
    // small pictures: OpenMMLab's four stages, the paper's three
    basic("resnet18_cifar", k18).small(),
    basic("resnet34_cifar", k50).small(),
    bottleneck("resnet50_cifar", k50).small(),
    bottleneck("resnet101_cifar", k101).small(),
    bottleneck("resnet152_cifar", k152).small(),
    paper_cifar("resnet20_cifar", 20),
    paper_cifar("resnet32_cifar", 32),
    paper_cifar("resnet44_cifar", 44),
    paper_cifar("resnet56_cifar", 56),
    paper_cifar("resnet110_cifar", 110),
    paper_cifar("resnet1202_cifar", 1202),
    paper_cifar("resnet20_cifar_b", 20, Shortcut::conv),
    paper_cifar("resnet32_cifar_b", 32, Shortcut::conv),
    paper_cifar("resnet44_cifar_b", 44, Shortcut::conv),
    paper_cifar("resnet56_cifar_b", 56, Shortcut::conv),
    paper_cifar("resnet110_cifar_b", 110, Shortcut::conv),
    paper_cifar("resnet1202_cifar_b", 1202, Shortcut::conv),
};

}  // namespace

std::span<const ArchSpec> arch_table() {
  return kArchs;
}

}  // namespace zoo
