// What the rows of the architecture table are written with.
#pragma once

#include "zoo/arch/pruned.h"

namespace zoo {

inline constexpr std::string_view kPaperResNet = "https://arxiv.org/abs/1512.03385";
inline constexpr std::string_view kPaperWide = "https://arxiv.org/abs/1605.07146";
inline constexpr std::string_view kPaperResNeXt = "https://arxiv.org/abs/1611.05431";
inline constexpr std::string_view kPaperSe = "https://arxiv.org/abs/1709.01507";
inline constexpr std::string_view kPaperGroupNorm = "https://arxiv.org/abs/1803.08494";
inline constexpr std::string_view kPaperTricks = "https://arxiv.org/abs/1812.01187";
inline constexpr std::string_view kPaperRes2Net = "https://arxiv.org/abs/1904.01169";
inline constexpr std::string_view kPaperAntiAlias = "https://arxiv.org/abs/1904.11486";
inline constexpr std::string_view kPaperEca = "https://arxiv.org/abs/1910.03151";
inline constexpr std::string_view kPaperPruning = "https://arxiv.org/abs/2002.08258";
inline constexpr std::string_view kPaperResNeSt = "https://arxiv.org/abs/2004.08955";
inline constexpr std::string_view kPaperRs = "https://arxiv.org/abs/2103.07579";

inline constexpr Stages k10{1, 1, 1, 1}, k18{2, 2, 2, 2}, k50{3, 4, 6, 3}, k101{3, 4, 23, 3},
    k152{3, 8, 36, 3}, k200{3, 24, 36, 3}, k269{3, 30, 48, 8};

// A spec that is being put together. Each step gives a changed copy; the paper is that of the last step that
// has one.
class Row {
  // In front: only so does Clang know it in the steps.
  constexpr Row with(auto change) const {
    Row row = *this;
    change(row.spec_);
    return row;
  }

 public:
  // The four stages of He et al. 2015, table 1, with a bottleneck's stride on the 3x3 (torchvision's "v1.5").
  constexpr Row(std::string_view name, Block block, const Stages& depths)
      : spec_{.name = name,
              .block = block,
              .depths = depths,
              .channels = block == Block::basic ? Stages{64, 128, 256, 512} : Stages{256, 512, 1024, 2048},
              .paper = kPaperResNet} {}
  constexpr operator ArchSpec() const { return spec_; }  // NOLINT: rows are listed as specs

  constexpr Row paper(std::string_view url) const {
    return with([&](ArchSpec& spec) { spec.paper = url; });
  }
  constexpr Row px(int64_t side) const {
    return with([&](ArchSpec& spec) { spec.input_px = side; });
  }
  constexpr Row deep(std::array<int64_t, 3> widths) const {
    return with([&](ArchSpec& spec) {
             spec.stem = Stem::deep;
             spec.stem_widths = widths;
           })
        .paper(kPaperTricks);
  }
  constexpr Row pooled() const {
    return with([](ArchSpec& spec) { spec.shortcut = Shortcut::avg_pool_conv; }).paper(kPaperTricks);
  }
  // timm's letters: deep stems c, s (wide), t (tiered); with pooled shortcuts d, e (wide), t.
  constexpr Row c() const { return deep({32, 32, 64}); }
  constexpr Row s() const { return deep({64, 64, 128}); }
  constexpr Row d() const { return c().pooled(); }
  constexpr Row e() const { return s().pooled(); }
  constexpr Row t() const { return deep({24, 32, 64}).pooled(); }

  constexpr Row wide(int64_t base_width) const {
    return with([&](ArchSpec& spec) { spec.base_width = base_width; }).paper(kPaperWide);
  }
  constexpr Row grouped(int64_t groups, int64_t base_width) const {
    return with([&](ArchSpec& spec) {
             spec.groups = groups;
             spec.base_width = base_width;
           })
        .paper(kPaperResNeXt);
  }
  constexpr Row se(int64_t reduction = 16) const {
    return with([&](ArchSpec& spec) {
             spec.attention = Attention::se;
             spec.se_reduction = reduction;
           })
        .paper(kPaperSe);
  }
  constexpr Row eca() const {
    return with([](ArchSpec& spec) { spec.attention = Attention::eca; }).paper(kPaperEca);
  }
  constexpr Row group_norm() const {
    return with([](ArchSpec& spec) { spec.norm = Norm::group; }).paper(kPaperGroupNorm);
  }
  constexpr Row blur() const { return anti_aliased(AntiAlias::blur, StemPool::max_blur); }
  constexpr Row aa() const { return anti_aliased(AntiAlias::avg, StemPool::avg); }
  // Bello et al. 2021: ResNet-D with squeeze-and-excitation and a convolution for the stem's pool.
  constexpr Row rs() const {
    return d().se(4).with([](ArchSpec& spec) { spec.stem_pool = StemPool::conv; }).paper(kPaperRs);
  }
  constexpr Row split(int64_t radix, int64_t groups = 1, int64_t base_width = 64) const {
    return with([&](ArchSpec& spec) {
             spec.radix = radix;
             spec.groups = groups;
             spec.base_width = base_width;
             spec.pool_first = groups > 1;
           })
        .paper(kPaperResNeSt);
  }
  constexpr Row cascade(int64_t base_width, int64_t scales, int64_t groups = 1) const {
    return with([&](ArchSpec& spec) {
             spec.base_width = base_width;
             spec.scales = scales;
             spec.groups = groups;
           })
        .paper(kPaperRes2Net);
  }
  // The stride on the 1x1 in front, as in the paper and its Caffe models.
  constexpr Row caffe() const {
    return with([](ArchSpec& spec) { spec.stride_place = StridePlace::conv1; });
  }
  constexpr Row narrowed_first(int64_t factor) const {
    return with([&](ArchSpec& spec) { spec.reduce_first = factor; });
  }
  constexpr Row shortcut_kernel(int64_t kernel) const {
    return with([&](ArchSpec& spec) { spec.shortcut_kernel = kernel; });
  }
  constexpr Row stages(std::span<const Block> kinds, const Stages& channels) const {
    return with([&](ArchSpec& spec) {
      spec.stage_blocks = kinds;
      spec.channels = channels;
    });
  }
  constexpr Row pruned(const PrunedNet& left) const {
    return with([&](ArchSpec& spec) {
             spec.attention_channels = spec.channels;
             spec.channels = left.channels;
             spec.pruned = left.blocks;
           })
        .paper(kPaperPruning);
  }
  // OpenMMLab's ResNet_CIFAR: the same stages behind a 3x3 stem without pooling.
  constexpr Row small() const {
    return with([](ArchSpec& spec) {
      spec.stem = Stem::conv3x3;
      spec.stem_pool = StemPool::none;
      spec.input_px = 32;
      spec.num_classes = 10;
    });
  }

 private:
  constexpr Row anti_aliased(AntiAlias kind, StemPool pool) const {
    return with([&](ArchSpec& spec) {
             spec.anti_alias = kind;
             spec.stem_pool = pool;
           })
        .paper(kPaperAntiAlias);
  }

  ArchSpec spec_;
};

}  // namespace zoo
