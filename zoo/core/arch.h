// Architectures as data: one row a variant. Everything that knows an architecture (tensor names, parameter
// and MAC counts, the module, the documentation) derives it from its ArchSpec.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace zoo {

enum class Block { basic, bottleneck };  // He et al. 2015, figure 5: left, right
enum class Stem {
  conv7x7,  // 7x7 stride 2 (ImageNet nets)
  conv3x3,  // 3x3 stride 1 (CIFAR nets)
  deep,     // three 3x3, the first with stride 2 (He et al. 2018, ResNet-C)
};
enum class StemPool { none, max };  // max = 3x3 stride 2 padding 1
enum class Shortcut {
  pad,            // option A: every second pixel, zero channels added on both sides
  conv,           // option B: 1x1 convolution with the stride, then norm
  avg_pool_conv,  // average pool, then 1x1 convolution of stride 1 (ResNet-D)
};
enum class StridePlace { conv1, conv2 };  // bottleneck only: conv1 = 2015's paper and Caffe, conv2 = "v1.5"

inline constexpr int kMaxStages = 8;

// A topology. Plain data; the table below holds the named ones, and others can be made at run time.
struct ArchSpec {
  std::string_view name;
  Block block = Block::basic;
  int num_stages = 4;
  std::array<int64_t, kMaxStages> depths{};  // blocks of each stage
  std::array<int64_t, kMaxStages>
      widths{};  // planes of each stage; a bottleneck's output has 4 times as many
  Stem stem = Stem::conv7x7;
  std::array<int64_t, 3> stem_widths{64, 0,
                                     0};  // output channels of the stem's convolutions; 0 = no such one
  StemPool stem_pool = StemPool::max;
  Shortcut shortcut = Shortcut::conv;
  StridePlace stride_place = StridePlace::conv2;
  int64_t groups = 1;          // of a bottleneck's 3x3 (ResNeXt's cardinality)
  int64_t base_width = 64;     // inner width = floor(planes * base_width / 64) * groups
  int64_t input_px = 224;      // side of the square input it is published for
  int64_t num_classes = 1000;  // of the published head
  std::string_view paper;      // URL of the paper that describes it

  int64_t expansion() const { return block == Block::bottleneck ? 4 : 1; }
  int64_t stage_channels(int stage) const { return widths[static_cast<size_t>(stage)] * expansion(); }
  int64_t inner_channels(int stage) const {
    return block == Block::bottleneck ? widths[static_cast<size_t>(stage)] * base_width / 64 * groups
                                      : widths[static_cast<size_t>(stage)];
  }
  int64_t stem_channels() const { return stem == Stem::deep ? stem_widths[2] : stem_widths[0]; }
  int64_t feature_channels() const { return stage_channels(num_stages - 1); }
  // Stride of the first block of a stage: 1 in the first stage, 2 in the others.
  static int64_t stage_stride(int stage) { return stage == 0 ? 1 : 2; }
  // Input pixels per pixel of the last map, along one side: 32 for ImageNet nets.
  int64_t reduction() const;
};

// Throws Error{mismatch} that names the field if the spec cannot be built (an empty stage, groups that do not
// divide the width, option A on a bottleneck that changes width by an odd count, ...).
void validate(const ArchSpec& spec);

// All named architectures, in the order in which they are listed.
std::span<const ArchSpec> arch_table();

// nullptr if there is none of that name.
const ArchSpec* find_arch(std::string_view name);

// Throws Error{not_found} with the nearest names.
const ArchSpec& get_arch(std::string_view name);

std::string_view to_string(Block block);
std::string_view to_string(Stem stem);
std::string_view to_string(StemPool pool);
std::string_view to_string(Shortcut shortcut);
std::string_view to_string(StridePlace place);

}  // namespace zoo
