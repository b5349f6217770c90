// Nets of a few thousand parameters, one of each kind that the table has.
#pragma once

#include <algorithm>
#include <vector>

#include "zoo/arch/arch.h"
#include "zoo/models/load.h"

namespace zoo::test {

// Three stages, that reduce the input by 4 to 16.
inline ArchSpec tiny(Block block, Shortcut shortcut, Stem stem = Stem::conv7x7) {
  ArchSpec spec;
  spec.name = "tiny";
  spec.block = block;
  spec.num_stages = 3;
  spec.depths = {1, 2, 1};
  const int64_t expansion = block == Block::bottleneck ? 4 : 1;
  spec.channels = {8 * expansion, 8 * expansion, 16 * expansion};
  spec.stem = stem;
  spec.stem_widths = {8, 12, 8};
  spec.shortcut = shortcut;
  return spec;
}

// All take images whose sides are multiples of 16.
inline std::vector<ArchSpec> tiny_kinds() {
  std::vector<ArchSpec> kinds;
  const auto add = [&](std::string_view name, ArchSpec spec) -> ArchSpec& {
    spec.name = name;
    return kinds.emplace_back(spec);
  };
  const ArchSpec basic = tiny(Block::basic, Shortcut::conv), neck = tiny(Block::bottleneck, Shortcut::conv);
  add("basic", basic);
  add("bottleneck", neck);
  add("pad", tiny(Block::basic, Shortcut::pad, Stem::conv3x3)).stem_pool = StemPool::none;
  add("deep", tiny(Block::bottleneck, Shortcut::avg_pool_conv, Stem::deep));
  add("caffe", neck).stride_place = StridePlace::conv1;
  add("se", neck).attention = Attention::se;
  add("eca", basic).attention = Attention::eca;
  ArchSpec& average = add("avg", neck);
  average.anti_alias = AntiAlias::avg;
  average.stem_pool = StemPool::avg;
  ArchSpec& blur = add("blur", basic);
  blur.anti_alias = AntiAlias::blur;
  blur.stem_pool = StemPool::max_blur;
  ArchSpec& rs = add("rs", tiny(Block::bottleneck, Shortcut::avg_pool_conv, Stem::deep));
  rs.stem_pool = StemPool::conv;
  rs.attention = Attention::se;
  rs.se_reduction = 4;
  ArchSpec& senet = add("senet", neck);
  senet.groups = 4;
  senet.base_width = 32;
  senet.reduce_first = 2;
  senet.shortcut_kernel = 3;
  ArchSpec& group = add("group", basic);
  group.norm = Norm::group;
  group.stem_widths = {32, 0, 0};
  group.channels = {32, 32, 64};
  ArchSpec& resnest = add("resnest", tiny(Block::bottleneck, Shortcut::avg_pool_conv, Stem::deep));
  resnest.radix = 2;
  add("resnest, pool first", resnest).pool_first = true;
  kinds.back().groups = 2;
  kinds.back().radix = 1;
  add("res2net", neck).scales = 4;
  static constexpr PrunedBlock kPruned[] = {{5, 6}, {7, 4}, {8, 8}, {3, 9}};
  add("pruned", neck).pruned = kPruned;
  kinds.back().channels = {30, 33, 60};
  static constexpr Block kBlocks[] = {Block::basic, Block::bottleneck, Block::basic};
  add("mixed", basic).stage_blocks = kBlocks;
  add("silu", basic).activation = Activation::silu;
  return kinds;
}

inline bool equal_states(const ResNet& a, const ResNet& b) {
  const auto left = state_dict(a), right = state_dict(b);
  return std::ranges::equal(left, right, [](const auto& one, const auto& other) {
    return one.first == other.first && one.second.equal(other.second);
  });
}

}  // namespace zoo::test
