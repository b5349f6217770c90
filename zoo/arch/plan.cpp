// What a spec amounts to, block by block, and what a spec may say.
#include <algorithm>
#include <bit>

#include "zoo/arch/arch.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

// Far above every published net; sizes derived from a spec stay far from overflow.
constexpr int64_t kMaxChannels = 1 << 20;
constexpr int64_t kMaxFactor = 4096;  // of a width
constexpr int64_t kMaxBlocksOfStage = 4096;
constexpr int64_t kNormGroups = 32;

[[noreturn]] void refuse(const ArchSpec& spec, const std::string& what) {
  throw Error(ErrorCode::mismatch, "architecture '" + std::string(spec.name) + "'", what);
}

std::string indexed(std::string_view field, size_t index) {
  return std::string(field) + "[" + std::to_string(index) + "]";
}

void expect_range(const ArchSpec& spec, const std::string& field, int64_t value, int64_t least,
                  int64_t most = kMaxChannels) {
  if (value >= least && value <= most) return;
  refuse(spec, field + " is " + std::to_string(value) + ", expected " + std::to_string(least) + " to " +
                   std::to_string(most));
}

int64_t count_blocks(const ArchSpec& spec) {
  int64_t count = 0;
  for (int stage = 0; stage < spec.num_stages; ++stage) count += spec.depths[static_cast<size_t>(stage)];
  return count;
}

bool has_block(const ArchSpec& spec, Block kind) {
  for (int stage = 0; stage < spec.num_stages; ++stage) {
    if (spec.block_of(stage) == kind) return true;
  }
  return false;
}

void check_stages(const ArchSpec& spec) {
  expect_range(spec, "num_stages", spec.num_stages, 1, kMaxStages);
  const auto stages = static_cast<size_t>(spec.num_stages);
  if (!spec.stage_blocks.empty() && spec.stage_blocks.size() != stages) {
    refuse(spec, "stage_blocks has " + std::to_string(spec.stage_blocks.size()) + " entries, expected " +
                     std::to_string(stages));
  }
  for (size_t i = 0; i < stages; ++i) {
    expect_range(spec, indexed("depths", i), spec.depths[i], 1, kMaxBlocksOfStage);
    expect_range(spec, indexed("channels", i), spec.channels[i], 1);
    expect_range(spec, indexed("attention_channels", i), spec.attention_channels[i], 0);
  }
  const auto entries = static_cast<int64_t>(spec.pruned.size());
  if (entries != 0 && entries != count_blocks(spec)) {
    refuse(spec, "pruned has " + std::to_string(entries) + " entries, expected one for each of " +
                     std::to_string(count_blocks(spec)) + " blocks");
  }
  for (size_t i = 0; i < spec.pruned.size(); ++i) {
    expect_range(spec, indexed("pruned", i) + ".first", spec.pruned[i].first, 1);
    expect_range(spec, indexed("pruned", i) + ".inner", spec.pruned[i].inner, 1);
  }
}

void check_numbers(const ArchSpec& spec) {
  const size_t stem_convs = spec.stem == Stem::deep ? 3 : 1;
  for (size_t i = 0; i < stem_convs; ++i)
    expect_range(spec, indexed("stem_widths", i), spec.stem_widths[i], 1);
  expect_range(spec, "first_stride", spec.first_stride, 1, 2);
  expect_range(spec, "se_reduction", spec.se_reduction, 1, kMaxFactor);
  expect_range(spec, "groups", spec.groups, 1, kMaxFactor);
  expect_range(spec, "base_width", spec.base_width, 1, kMaxFactor);
  expect_range(spec, "reduce_first", spec.reduce_first, 1, kMaxFactor);
  expect_range(spec, "scales", spec.scales, 1, 64);
  expect_range(spec, "radix", spec.radix, 0, 64);
  expect_range(spec, "num_classes", spec.num_classes, 0);
  expect_range(spec, "input_px", spec.input_px, 1);
  expect_range(spec, "shortcut_kernel", spec.shortcut_kernel, 1, 15);
  if (spec.shortcut_kernel % 2 == 0) refuse(spec, "shortcut_kernel is even, expected an odd number");
}

// Fields that only some nets can have.
void check_combinations(const ArchSpec& spec) {
  const auto only = [&](bool is_set, bool allowed, const char* field, const char* where) {
    if (is_set && !allowed) refuse(spec, std::string(field) + " is only for " + where);
  };
  const bool bottlenecks = !has_block(spec, Block::basic);
  constexpr auto kBottlenecks = "nets of bottlenecks";
  only(spec.groups != 1, bottlenecks, "groups", kBottlenecks);
  only(spec.base_width != 64, bottlenecks, "base_width", kBottlenecks);
  only(spec.scales != 1, bottlenecks, "scales", kBottlenecks);
  only(spec.radix != 0, bottlenecks, "radix", kBottlenecks);
  only(!spec.pruned.empty(), bottlenecks, "pruned", kBottlenecks);
  only(spec.pool_first, spec.radix > 0, "pool_first", "nets with radix");
  only(spec.shortcut_kernel != 1, spec.shortcut == Shortcut::conv, "shortcut_kernel", "shortcut 'conv'");
  const bool plain = spec.radix == 0 && spec.scales == 1;
  only(spec.scales != 1, spec.radix == 0, "scales", "nets without radix");
  only(spec.attention != Attention::none, spec.radix == 0, "attention", "nets without radix");
  only(spec.reduce_first != 1, plain, "reduce_first", "nets without scales and radix");
  only(spec.anti_alias != AntiAlias::none, plain, "anti_alias", "nets without scales and radix");
  only(!spec.pruned.empty(), plain, "pruned", "nets without scales and radix");
  only(spec.stride_place == StridePlace::conv1, plain && spec.anti_alias == AntiAlias::none,
       "stride_place 'conv1'", "nets without scales, radix and anti_alias");
}

int64_t round_up_to_odd(int64_t number) {
  return number % 2 == 0 ? number + 1 : number;
}

// Wang et al. 2019, section 3.2.2: the kernel grows with the logarithm of the channels.
int64_t eca_kernel(int64_t channels) {
  const int64_t half = std::bit_width(static_cast<uint64_t>(channels)) / 2;
  return std::max<int64_t>(round_up_to_odd(half), 3);
}

// timm's rounding to a multiple of 8.
int64_t squeezed_by_se(int64_t channels, int64_t reduction) {
  return std::max<int64_t>((channels / reduction + 4) / 8 * 8, 8);
}

// A quarter of the split maps, rounded to a multiple of 8 that is 32 or more and not a tenth below the
// quarter.
int64_t squeezed_by_splits(int64_t channels, int64_t radix) {
  const int64_t splits = channels * radix;
  const int64_t rounded = std::max<int64_t>((splits / 4 + 4) / 8 * 8, 32);
  return rounded * 40 < splits * 9 ? rounded + 8 : rounded;
}

void set_widths(const ArchSpec& spec, size_t block, BlockPlan& plan) {
  plan.inner = plan.out;
  if (plan.kind == Block::bottleneck) {
    plan.inner = plan.out / 4 * spec.base_width / 64 * spec.groups * spec.scales;
  }
  plan.first = plan.inner / spec.reduce_first;
  if (!spec.pruned.empty()) {
    plan.first = spec.pruned[block].first;
    plan.inner = spec.pruned[block].inner;
  }
  const auto stage = static_cast<size_t>(plan.stage);
  const int64_t sizing = spec.attention_channels[stage] != 0 ? spec.attention_channels[stage] : plan.out;
  if (spec.attention == Attention::se) plan.squeezed = squeezed_by_se(sizing, spec.se_reduction);
  if (spec.attention == Attention::eca) plan.eca_kernel = eca_kernel(sizing);
  if (spec.radix > 0) plan.squeezed = squeezed_by_splits(plan.inner, spec.radix);
}

void check_width(const ArchSpec& spec, const BlockPlan& plan) {
  const std::string where = " of stage " + std::to_string(plan.stage);
  expect_range(spec, "base_width of these channels: inner width" + where, plan.inner, 1);
  expect_range(spec, "reduce_first: width of the first convolution" + where, plan.first, 1);
  const int64_t groups = spec.groups * std::max<int64_t>(spec.radix, 1);
  const auto expect_divisible = [&](int64_t width, int64_t parts, const char* field) {
    if (width % parts == 0) return;
    refuse(spec, std::string(field) + " " + std::to_string(parts) + " do not divide the width " +
                     std::to_string(width) + where);
  };
  expect_divisible(plan.inner, groups, "groups");
  expect_divisible(plan.first, groups, "groups");
  if (spec.radix > 0) expect_divisible(plan.squeezed, spec.groups, "groups");
  if (spec.norm == Norm::group) {
    for (const int64_t width : {plan.first, plan.inner / spec.scales, plan.out})
      expect_divisible(width, kNormGroups, "norm 'group': groups");
  }
  if (spec.shortcut == Shortcut::pad && (plan.out < plan.in || (plan.out - plan.in) % 2 != 0)) {
    refuse(spec, "shortcut 'pad' cannot turn " + std::to_string(plan.in) + " channels into " +
                     std::to_string(plan.out) + " (stage " + std::to_string(plan.stage) + ")");
  }
}

void check_stem_norm(const ArchSpec& spec) {
  const size_t norms = spec.stem == Stem::deep ? 3 : 1;
  for (size_t i = 0; spec.norm == Norm::group && i < norms; ++i) {
    if (spec.stem_widths[i] % kNormGroups != 0)
      refuse(spec, "norm 'group': 32 groups do not divide " + indexed("stem_widths", i));
  }
}

void check_output_stride(const ArchSpec& spec, int64_t output_stride) {
  if (output_stride == 0) return;
  const int64_t least = spec.stem_reduction();
  if (output_stride >= least && std::has_single_bit(static_cast<uint64_t>(output_stride))) return;
  refuse(spec, "output_stride is " + std::to_string(output_stride) + ", expected a power of two from " +
                   std::to_string(least) + " on");
}

// Walks through the stages and keeps what they hand on.
class Planner {
 public:
  Planner(const ArchSpec& spec, int64_t output_stride)
      : spec_(spec),
        output_stride_(output_stride),
        channels_(spec.stem_channels()),
        reduction_(spec.stem_reduction()) {
    for (int stage = 0; stage < spec_.num_stages; ++stage) add_stage(stage);
  }

  std::vector<BlockPlan> take() { return std::move(blocks_); }

 private:
  void add_stage(int stage) {
    const int64_t published = spec_.stage_stride(stage);
    const bool dilates = output_stride_ != 0 && reduction_ >= output_stride_;
    const int64_t before = dilation_;
    (dilates ? dilation_ : reduction_) *= published;
    for (int64_t index = 0; index < spec_.depths[static_cast<size_t>(stage)]; ++index) {
      BlockPlan plan{.stage = stage, .index = index, .kind = spec_.block_of(stage)};
      plan.in = channels_;
      plan.out = spec_.stage_channels(stage);
      plan.stride = index == 0 && !dilates ? published : 1;
      plan.first_dilation = index == 0 ? before : dilation_;
      plan.dilation = dilation_;
      plan.projects = index == 0 && (published != 1 || plan.in != plan.out);
      set_widths(spec_, blocks_.size(), plan);
      check_width(spec_, plan);
      channels_ = plan.out;
      blocks_.push_back(plan);
    }
  }

  const ArchSpec& spec_;
  int64_t output_stride_;
  std::vector<BlockPlan> blocks_;
  int64_t channels_;      // of the map that the next block reads
  int64_t reduction_;     // of that map
  int64_t dilation_ = 1;  // of the last block
};

}  // namespace

int64_t ArchSpec::stem_reduction() const {
  return (stem == Stem::conv3x3 ? 1 : 2) * (stem_pool == StemPool::none ? 1 : 2);
}

int64_t ArchSpec::reduction() const {
  int64_t factor = stem_reduction();
  for (int stage = 0; stage < num_stages; ++stage) factor *= stage_stride(stage);
  return factor;
}

std::vector<BlockPlan> plan_blocks(const ArchSpec& spec, int64_t output_stride) {
  check_stages(spec);
  check_numbers(spec);
  check_combinations(spec);
  check_stem_norm(spec);
  check_output_stride(spec, output_stride);
  return Planner(spec, output_stride).take();
}

void validate(const ArchSpec& spec) {
  plan_blocks(spec);
}

}  // namespace zoo
