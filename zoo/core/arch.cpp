#include "zoo/core/arch.h"

#include <algorithm>
#include <vector>

#include "zoo/core/error.h"
#include "zoo/core/text.h"

namespace zoo {
namespace {

constexpr std::string_view kPaperResNet = "https://arxiv.org/abs/1512.03385";

constexpr std::array<int64_t, kMaxStages> stages(int64_t a, int64_t b, int64_t c, int64_t d = 0) {
  return {a, b, c, d};
}

// He et al. 2015, table 1, with the stride on the 3x3 (torchvision's "v1.5").
constexpr ArchSpec imagenet(std::string_view name, Block block, std::array<int64_t, kMaxStages> depths) {
  return {.name = name,
          .block = block,
          .depths = depths,
          .widths = stages(64, 128, 256, 512),
          .paper = kPaperResNet};
}

// OpenMMLab's ResNet_CIFAR: the ImageNet stages behind a 3x3 stem without pooling.
constexpr ArchSpec cifar_four_stage(std::string_view name, Block block,
                                    std::array<int64_t, kMaxStages> depths) {
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
          .widths = stages(16, 32, 64),
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

[[noreturn]] void refuse(const ArchSpec& spec, const std::string& what) {
  throw Error(ErrorCode::mismatch, "architecture '" + std::string(spec.name) + "'", what);
}

}  // namespace

int64_t ArchSpec::reduction() const {
  int64_t factor = (stem == Stem::conv3x3 ? 1 : 2) * (stem_pool == StemPool::max ? 2 : 1);
  for (int stage = 0; stage < num_stages; ++stage) factor *= stage_stride(stage);
  return factor;
}

void validate(const ArchSpec& spec) {
  if (spec.num_stages < 1 || spec.num_stages > kMaxStages) {
    refuse(spec, "num_stages is " + std::to_string(spec.num_stages) + ", expected 1 to " +
                     std::to_string(kMaxStages));
  }
  for (int stage = 0; stage < spec.num_stages; ++stage) {
    const auto i = static_cast<size_t>(stage);
    const std::string where = "[" + std::to_string(stage) + "]";
    if (spec.depths[i] < 1)
      refuse(spec, "depths" + where + " is " + std::to_string(spec.depths[i]) + ", expected 1 or more");
    if (spec.widths[i] < 1)
      refuse(spec, "widths" + where + " is " + std::to_string(spec.widths[i]) + ", expected 1 or more");
    if (spec.groups < 1 || spec.inner_channels(stage) < 1 || spec.inner_channels(stage) % spec.groups != 0) {
      refuse(spec, "groups " + std::to_string(spec.groups) + " do not divide the inner width " +
                       std::to_string(spec.inner_channels(stage)) + " of stage " + std::to_string(stage));
    }
    if (spec.shortcut == Shortcut::pad) {
      const int64_t in = stage == 0 ? spec.stem_channels() : spec.stage_channels(stage - 1);
      const int64_t added = spec.stage_channels(stage) - in;
      if (added < 0 || added % 2 != 0) {
        refuse(spec, "shortcut 'pad' cannot turn " + std::to_string(in) + " channels into " +
                         std::to_string(spec.stage_channels(stage)) + " (stage " + std::to_string(stage) +
                         ")");
      }
    }
  }
  const size_t stem_convs = spec.stem == Stem::deep ? 3 : 1;
  for (size_t i = 0; i < stem_convs; ++i) {
    if (spec.stem_widths[i] < 1)
      refuse(spec, "stem_widths[" + std::to_string(i) + "] is " + std::to_string(spec.stem_widths[i]) +
                       ", expected 1 or more");
  }
  if (spec.block == Block::basic && (spec.groups != 1 || spec.base_width != 64)) {
    refuse(spec, "groups and base_width belong to bottleneck blocks; a basic block has 1 and 64");
  }
}

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
  switch (stem) {
    case Stem::conv7x7:
      return "conv7x7";
    case Stem::conv3x3:
      return "conv3x3";
    case Stem::deep:
      return "deep";
  }
  return "";
}

std::string_view to_string(StemPool pool) {
  return pool == StemPool::max ? "max" : "none";
}

std::string_view to_string(Shortcut shortcut) {
  switch (shortcut) {
    case Shortcut::pad:
      return "pad";
    case Shortcut::conv:
      return "conv";
    case Shortcut::avg_pool_conv:
      return "avg_pool_conv";
  }
  return "";
}

std::string_view to_string(StridePlace place) {
  return place == StridePlace::conv1 ? "conv1" : "conv2";
}

}  // namespace zoo
