// Architectures as data: one row a variant. Everything that knows an architecture (tensor names, parameter
// and MAC counts, the module, the documentation) derives it from its ArchSpec, block by block through
// plan_blocks().
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zoo {

enum class Block { basic, bottleneck };  // He et al. 2015, figure 5: left, right
enum class Stem {
  conv7x7,  // 7x7 stride 2 (ImageNet nets)
  conv3x3,  // 3x3 stride 1 (CIFAR nets)
  deep,     // three 3x3, the first with stride 2 (He et al. 2018, ResNet-C)
};
enum class StemPool {
  none,
  max,       // 3x3 stride 2 padding 1
  avg,       // 2x2 stride 2
  max_blur,  // max 3x3 stride 1 padding 1, then a blur pool of stride 2
  conv,      // 3x3 convolution of stride 2, norm, activation (ResNet-RS)
};
enum class Shortcut {
  pad,            // option A: every second pixel, zero channels added on both sides
  conv,           // option B: 1x1 convolution with the stride, then norm
  avg_pool_conv,  // average pool, then 1x1 convolution of stride 1 (ResNet-D)
};
enum class StridePlace { conv1, conv2 };   // bottleneck only: conv1 = 2015's paper and Caffe, conv2 = "v1.5"
enum class AntiAlias { none, avg, blur };  // what takes the stride from a block's 3x3: 2x2 mean, binomial 3x3
enum class Attention { none, se, eca };    // on the branch, behind its last norm
enum class Norm { batch, group };          // group: 32 groups
enum class Activation {
  relu,
  relu6,
  leaky_relu,
  gelu,
  gelu_tanh,
  quick_gelu,
  silu,
  mish,
  tanh,
  sigmoid,
  linear
};

inline constexpr int kMaxStages = 8;
using Stages = std::array<int64_t, kMaxStages>;  // a number for each stage; 0 beyond the last

// What pruning left of a bottleneck.
struct PrunedBlock {
  int64_t first, inner;  // output channels of conv1 and of conv2
};

// A topology. Plain data; the table below holds the named ones, and others can be made at run time.
struct ArchSpec {  // NOLINT(clang-analyzer-optin.performance.Padding): grouped by meaning
  std::string_view name = {};
  Block block = Block::basic;
  std::span<const Block> stage_blocks = {};  // empty, or the kind of each stage where they differ
  int num_stages = 4;
  Stages depths{};    // blocks of each stage
  Stages channels{};  // of each stage's output map; a bottleneck's planes are a quarter of them, rounded down
  Stem stem = Stem::conv7x7;
  // Output channels of the stem's convolutions; 0 = no such one.
  std::array<int64_t, 3> stem_widths{64, 0, 0};
  StemPool stem_pool = StemPool::max;
  Shortcut shortcut = Shortcut::conv;
  int64_t shortcut_kernel = 1;  // of Shortcut::conv where its stride is not 1 (SENet-154: 3)
  int64_t first_stride = 1;     // of the first stage
  StridePlace stride_place = StridePlace::conv2;
  AntiAlias anti_alias = AntiAlias::none;
  Attention attention = Attention::none;
  int64_t se_reduction = 16;  // channels are squeezed to a multiple of 8 near channels / se_reduction
  // What the attention is sized by; 0 = the stage's own channels. Pruned nets keep the whole net's.
  Stages attention_channels{};
  Norm norm = Norm::batch;
  // Of the stem and behind the addition; between a block's convolutions it is always ReLU.
  Activation activation = Activation::relu;
  int64_t groups = 1;       // of a bottleneck's 3x3 (ResNeXt's cardinality)
  int64_t base_width = 64;  // width of a bottleneck's 3x3 = floor(planes * base_width / 64) * groups * scales
  int64_t reduce_first = 1;  // conv1's output is this much narrower than conv2's (SENet-154: 2)
  int64_t scales = 1;        // Res2Net: the 3x3 is a cascade over this many equal parts of the channels
  int64_t radix = 0;         // ResNeSt: splits of the split attention in place of the 3x3; 0 = a convolution
  bool pool_first = false;   // ResNeSt: the pool that takes the 3x3's stride stands before it, not behind
  std::span<const PrunedBlock> pruned = {};  // empty, or one an entry for each block of the net
  int64_t input_px = 224;                    // side of the square input it is published for
  int64_t num_classes = 1000;                // of the published head
  std::string_view paper = {};               // URL of the paper that describes it

  Block block_of(int stage) const {
    return stage_blocks.empty() ? block : stage_blocks[static_cast<size_t>(stage)];
  }
  int64_t stage_channels(int stage) const { return channels[static_cast<size_t>(stage)]; }
  int64_t stem_channels() const { return stem == Stem::deep ? stem_widths[2] : stem_widths[0]; }
  int64_t feature_channels() const { return stage_channels(num_stages - 1); }
  // Stride of the first block of a stage.
  int64_t stage_stride(int stage) const { return stage == 0 ? first_stride : 2; }
  // Input pixels per pixel of the map that the stem, its pool included, gives; along one side.
  int64_t stem_reduction() const;
  // The same for the last map: 32 for ImageNet nets.
  int64_t reduction() const;
};

// One residual block with all its numbers. Channels: in -> conv1 -> first -> conv2 -> inner -> conv3 -> out;
// a basic block ends with conv2, and inner is out. Res2Net's cascade stands for conv2: its parts have
// inner / scales channels.
struct BlockPlan {
  int stage = 0;
  int64_t index = 0;  // within the stage
  Block kind = Block::basic;
  int64_t in = 0, first = 0, inner = 0, out = 0;
  int64_t stride = 1;
  int64_t first_dilation = 1;  // of the block's first (a bottleneck's only) 3x3 and of a 3x3 shortcut
  int64_t dilation = 1;        // of a basic block's second 3x3
  bool projects = false;       // has a shortcut with tensors, or Shortcut::pad
  int64_t squeezed = 0;        // Attention::se and radix: channels between the attention's two layers
  int64_t eca_kernel = 0;      // Attention::eca
};

// All blocks in order. output_stride: 0 = as published; otherwise stages that would reduce the input further
// than by that factor keep their stride at 1 and dilate their 3x3 instead, as timm does; the tensors stay the
// same. Throws Error{mismatch} as validate() does, and for an output_stride that is no power of two or below
// the stem's.
std::vector<BlockPlan> plan_blocks(const ArchSpec& spec, int64_t output_stride = 0);

// Throws Error{mismatch} that names the field if the spec cannot be built (an empty stage, groups that do not
// divide the width, option A on a bottleneck that changes width by an odd count, ...).
void validate(const ArchSpec& spec);

// The rows of the table, in the order in which they are listed.
std::span<const ArchSpec> arch_table();

// Of the table, or registered (registry.h). nullptr if there is none of that name.
const ArchSpec* find_arch(std::string_view name);

// Throws Error{not_found} with the nearest names.
const ArchSpec& get_arch(std::string_view name);

std::string_view to_string(Block block);
std::string_view to_string(Stem stem);
std::string_view to_string(StemPool pool);
std::string_view to_string(Shortcut shortcut);
std::string_view to_string(StridePlace place);
std::string_view to_string(AntiAlias kind);
std::string_view to_string(Attention kind);
std::string_view to_string(Norm kind);
std::string_view to_string(Activation kind);

}  // namespace zoo
