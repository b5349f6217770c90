// What the models behind a layout lack, so that a file in it would open nowhere, or, worse, open and compute
// something else.
#include <algorithm>
#include <array>

#include "zoo/layouts/layouts.h"

namespace zoo {
namespace {

// A part that not all models have.
struct Part {
  std::string_view lack;
  bool (*is_in)(const ArchSpec&);
};

constexpr Part kDeepStem{"has no deep stem", [](const ArchSpec& spec) { return spec.stem == Stem::deep; }};
constexpr Part kTieredStem{"has no deep stem of other widths than n, n and 2n", [](const ArchSpec& spec) {
                             const auto& [first, second, third] = spec.stem_widths;
                             return spec.stem == Stem::deep && (first != second || third != 2 * first);
                           }};
constexpr Part kSmallStem{"has no stem but a 7x7 convolution and a max pool",
                          [](const ArchSpec& spec) { return spec.stem == Stem::conv3x3; }};
constexpr Part kOtherPool{"has no pool behind its stem but the plain max pool", [](const ArchSpec& spec) {
                            return spec.stem_pool != StemPool::max && spec.stem_pool != StemPool::none;
                          }};
constexpr Part kNoPool{"has no stem without a pool",
                       [](const ArchSpec& spec) { return spec.stem_pool == StemPool::none; }};
constexpr Part kPadShortcut{"has no shortcut without tensors",
                            [](const ArchSpec& spec) { return spec.shortcut == Shortcut::pad; }};
constexpr Part kPooledShortcut{"has no pool in its shortcuts",
                               [](const ArchSpec& spec) { return spec.shortcut == Shortcut::avg_pool_conv; }};
constexpr Part kWideShortcut{"has no shortcut with a kernel above 1x1",
                             [](const ArchSpec& spec) { return spec.shortcut_kernel != 1; }};
constexpr Part kWidths{"has no grouped or wider bottlenecks",
                       [](const ArchSpec& spec) { return spec.groups != 1 || spec.base_width != 64; }};
constexpr Part kGroupedCascade{"has no groups in Res2Net's blocks",
                               [](const ArchSpec& spec) { return spec.scales != 1 && spec.groups != 1; }};
constexpr Part kNarrowFirst{"has no narrowed first convolution",
                            [](const ArchSpec& spec) { return spec.reduce_first != 1; }};
constexpr Part kSe{"has no squeeze-and-excitation",
                   [](const ArchSpec& spec) { return spec.attention == Attention::se; }};
constexpr Part kSeElsewhere{"has squeeze-and-excitation in plain bottlenecks only", [](const ArchSpec& spec) {
                              return spec.attention == Attention::se &&
                                     (spec.block == Block::basic || spec.scales != 1);
                            }};
constexpr Part kEca{"has no efficient channel attention",
                    [](const ArchSpec& spec) { return spec.attention == Attention::eca; }};
constexpr Part kSplits{"has no split attention", [](const ArchSpec& spec) { return spec.radix != 0; }};
constexpr Part kPoolFirst{"has no pool before its split attention",
                          [](const ArchSpec& spec) { return spec.pool_first; }};
constexpr Part kCascade{"has no Res2Net blocks", [](const ArchSpec& spec) { return spec.scales != 1; }};
constexpr Part kAntiAlias{"has no anti-aliasing",
                          [](const ArchSpec& spec) { return spec.anti_alias != AntiAlias::none; }};
constexpr Part kGroupNorm{"has no group norm", [](const ArchSpec& spec) { return spec.norm == Norm::group; }};
constexpr Part kActivation{"has no activation but ReLU",
                           [](const ArchSpec& spec) { return spec.activation != Activation::relu; }};
constexpr Part kEarlyStride{"has no stride on a bottleneck's first convolution",
                            [](const ArchSpec& spec) { return spec.stride_place == StridePlace::conv1; }};
constexpr Part kFirstStride{"has no stride in its first stage",
                            [](const ArchSpec& spec) { return spec.first_stride != 1; }};
constexpr Part kMixed{"has no stages of different blocks",
                      [](const ArchSpec& spec) { return !spec.stage_blocks.empty(); }};
constexpr Part kPruned{"has no pruned widths", [](const ArchSpec& spec) { return !spec.pruned.empty(); }};
constexpr Part kWidthsThatDoNotDouble{"has no stages but such as double their channels",
                                      [](const ArchSpec& spec) {
                                        for (size_t i = 1; i < static_cast<size_t>(spec.num_stages); ++i) {
                                          if (spec.channels[i] != 2 * spec.channels[i - 1]) return true;
                                        }
                                        return false;
                                      }};
constexpr Part kNotOfThePaper{
    "has only the paper's three-stage nets for small pictures", [](const ArchSpec& spec) {
      return spec.num_stages != 3 || spec.block != Block::basic || spec.stem != Stem::conv3x3;
    }};

// Nets for small pictures have no class in torchvision, but many have torchvision's names.
constexpr std::array kTorchvisionLacks{
    kDeepStem, kOtherPool, kPooledShortcut, kWideShortcut, kNarrowFirst, kSe,    kEca,   kSplits,
    kCascade,  kAntiAlias, kActivation,     kEarlyStride,  kFirstStride, kMixed, kPruned};
constexpr std::array kOpenMMLabLacks{kTieredStem,     kOtherPool,
                                     kPadShortcut,    kWideShortcut,
                                     kGroupedCascade, kNarrowFirst,
                                     kSeElsewhere,    kEca,
                                     kPoolFirst,      kAntiAlias,
                                     kActivation,     kMixed,
                                     kPruned,         kWidthsThatDoNotDouble};
constexpr std::array kHuggingFaceLacks{
    kDeepStem,     kSmallStem, kOtherPool,   kNoPool, kPadShortcut, kPooledShortcut,
    kWideShortcut, kWidths,    kNarrowFirst, kSe,     kEca,         kSplits,
    kCascade,      kAntiAlias, kGroupNorm,   kMixed,  kPruned};
constexpr std::array kAkamasterLacks{kNotOfThePaper, kPooledShortcut, kSe,         kEca,
                                     kAntiAlias,     kGroupNorm,      kActivation, kFirstStride};

std::span<const Part> lacks(Layout layout) {
  switch (layout) {
    case Layout::timm:
      return {};
    case Layout::torchvision:
      return kTorchvisionLacks;
    case Layout::openmmlab:
      return kOpenMMLabLacks;
    case Layout::akamaster:
      return kAkamasterLacks;
    case Layout::huggingface:
    case Layout::huggingface_flax:
    case Layout::huggingface_tf:
      return kHuggingFaceLacks;
  }
  return {};
}

}  // namespace

std::string cannot_say(Layout layout, const ArchSpec& spec) {
  const std::span<const Part> parts = lacks(layout);
  const auto found = std::ranges::find_if(parts, [&](const Part& part) { return part.is_in(spec); });
  return found == parts.end() ? std::string() : std::string(found->lack);
}

std::string cannot_say(Layout layout, GlobalPool pool, int64_t output_stride) {
  if (layout == Layout::timm) return {};
  if (pool != GlobalPool::avg) return "has no global pool but the mean";
  return output_stride != 0 ? "has no stride but the published one" : "";
}

}  // namespace zoo
