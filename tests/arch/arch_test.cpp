#include "zoo/arch/arch.h"

#include <set>

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"

using namespace zoo;

namespace {

ArchSpec changed(std::string_view base, auto change) {
  ArchSpec spec = get_arch(base);
  spec.name = "odd";
  change(spec);
  return spec;
}

const BlockPlan& block_of(const std::vector<BlockPlan>& plan, int stage, int64_t index = 0) {
  for (const BlockPlan& block : plan) {
    if (block.stage == stage && block.index == index) return block;
  }
  throw std::out_of_range("no such block");
}

}  // namespace

TEST_CASE("every architecture of the table can be built, has a name of its own and a paper") {
  std::set<std::string_view> names;
  for (const ArchSpec& spec : arch_table()) {
    INFO(spec.name);
    CHECK_NOTHROW(validate(spec));
    CHECK(find_arch(spec.name) == &spec);
    CHECK(names.insert(spec.name).second);
    CHECK(spec.paper.starts_with("https://arxiv.org/abs/"));
  }
}

TEST_CASE("an ImageNet net reduces its input 32 times, a CIFAR net 4 or 8 times") {
  CHECK(get_arch("resnet50").reduction() == 32);
  CHECK(get_arch("resnetrs50").reduction() == 32);
  CHECK(get_arch("resnet20_cifar").reduction() == 4);
  CHECK(get_arch("resnet18_cifar").reduction() == 8);
  CHECK(changed("resnet50", [](ArchSpec& spec) { spec.first_stride = 2; }).reduction() == 64);
}

TEST_CASE("a plan has every block with the numbers of its papers") {
  const auto resnext = plan_blocks(get_arch("resnext101_32x8d"));
  CHECK(resnext.size() == 33);
  CHECK(block_of(resnext, 2).inner == 1024);
  CHECK(block_of(resnext, 2).stride == 2);
  CHECK(block_of(resnext, 2).projects);
  CHECK_FALSE(block_of(resnext, 2, 1).projects);
  CHECK(block_of(plan_blocks(get_arch("senet154")), 0).first == 128);
  CHECK(block_of(plan_blocks(get_arch("seresnet18")), 0).squeezed == 8);
  CHECK(block_of(plan_blocks(get_arch("resnetrs50")), 3).squeezed == 512);
  CHECK(block_of(plan_blocks(get_arch("ecaresnet50d")), 3).eca_kernel == 7);
  const auto pruned = plan_blocks(get_arch("ecaresnet50d_pruned"));
  CHECK(block_of(pruned, 0, 1).first == 52);
  CHECK(block_of(pruned, 0, 1).inner == 22);
  CHECK(block_of(pruned, 0).eca_kernel == 5);  // that of 256 channels, of which 19 are left
  CHECK(block_of(plan_blocks(get_arch("res2net50_14w_8s")), 0).inner == 14 * 8);
  CHECK(block_of(plan_blocks(get_arch("resnest14d")), 0).squeezed == 32);
  CHECK(block_of(plan_blocks(get_arch("test_resnet")), 2).kind == Block::bottleneck);
}

TEST_CASE("an output stride turns strides into dilations") {
  const auto plan = plan_blocks(get_arch("resnet50"), 8);
  CHECK(block_of(plan, 1).stride == 2);
  CHECK(block_of(plan, 1).dilation == 1);
  CHECK(block_of(plan, 2).stride == 1);
  CHECK(block_of(plan, 2).first_dilation == 1);
  CHECK(block_of(plan, 2).dilation == 2);
  CHECK(block_of(plan, 2, 1).first_dilation == 2);
  CHECK(block_of(plan, 3).first_dilation == 2);
  CHECK(block_of(plan, 3).dilation == 4);
  CHECK(block_of(plan, 3).projects);
  const auto published = plan_blocks(get_arch("resnet50"), 32);
  CHECK(block_of(published, 3).stride == 2);
  CHECK(block_of(published, 3).dilation == 1);
  // Without a change of channels the shortcut keeps its tensors.
  const auto same =
      plan_blocks(changed("resnet18", [](ArchSpec& spec) { spec.channels = {64, 64, 64, 64}; }), 4);
  CHECK(block_of(same, 3).projects);
  CHECK(block_of(same, 3).dilation == 8);
}

TEST_CASE("an output stride that no net can have is refused") {
  const int64_t stride = GENERATE(-8, 2, 3, 12);
  const std::string message =
      test::message_of(test::error_of([&] { plan_blocks(get_arch("resnet50"), stride); }));
  CHECK_THAT(message, Catch::Contains("output_stride is " + std::to_string(stride)));
  CHECK_NOTHROW(plan_blocks(get_arch("resnet20_cifar"), 2));
}

TEST_CASE("a spec that cannot be built is refused, and the message names the field") {
  static constexpr Block kThree[]{Block::basic, Block::basic, Block::bottleneck};
  static constexpr PrunedBlock kOne[]{{4, 4}};
  struct Case {
    std::string_view base;
    void (*change)(ArchSpec&);
    std::string message;
  };
  const auto& one = GENERATE_REF(values<Case>({
      {"resnet18", [](ArchSpec& s) { s.num_stages = 0; }, "num_stages is 0, expected 1 to 8"},
      {"resnet18", [](ArchSpec& s) { s.num_stages = 9; }, "num_stages is 9"},
      {"resnet18", [](ArchSpec& s) { s.depths[2] = 0; }, "depths[2] is 0, expected 1 to 4096"},
      {"resnet18", [](ArchSpec& s) { s.depths[0] = int64_t{1} << 40; }, "depths[0] is 1099511627776"},
      {"resnet18", [](ArchSpec& s) { s.num_stages = 5; }, "depths[4] is 0"},
      {"resnet18", [](ArchSpec& s) { s.channels[1] = -3; }, "channels[1] is -3"},
      {"resnet18", [](ArchSpec& s) { s.stage_blocks = kThree; }, "stage_blocks has 3 entries, expected 4"},
      {"resnet50", [](ArchSpec& s) { s.channels[0] = 3; }, "inner width of stage 0 is 0"},
      {"resnet50", [](ArchSpec& s) { s.stem_widths[0] = 0; }, "stem_widths[0] is 0"},
      {"resnet50d", [](ArchSpec& s) { s.stem_widths[1] = 0; }, "stem_widths[1] is 0"},
      {"resnet50", [](ArchSpec& s) { s.first_stride = 3; }, "first_stride is 3, expected 1 to 2"},
      {"resnet50", [](ArchSpec& s) { s.groups = 0; }, "groups is 0"},
      {"senet154", [](ArchSpec& s) { s.reduce_first = 3; },
       "groups 64 do not divide the width 85 of stage 0"},
      {"resnet18", [](ArchSpec& s) { s.groups = 2; }, "groups is only for nets of bottlenecks"},
      {"resnet18", [](ArchSpec& s) { s.base_width = 128; }, "base_width is only for nets of bottlenecks"},
      {"resnet18", [](ArchSpec& s) { s.scales = 4; }, "scales is only for nets of bottlenecks"},
      {"resnet18", [](ArchSpec& s) { s.radix = 2; }, "radix is only for nets of bottlenecks"},
      {"test_resnet", [](ArchSpec& s) { s.groups = 2; }, "groups is only for nets of bottlenecks"},
      {"resnest50d", [](ArchSpec& s) { s.scales = 4; }, "scales is only for nets without radix"},
      {"resnest50d", [](ArchSpec& s) { s.attention = Attention::se; },
       "attention is only for nets without radix"},
      {"resnest50d", [](ArchSpec& s) { s.groups = 3, s.base_width = 24; },
       "groups 3 do not divide the width 40"},
      {"resnet50", [](ArchSpec& s) { s.pool_first = true; }, "pool_first is only for nets with radix"},
      {"res2net50d", [](ArchSpec& s) { s.anti_alias = AntiAlias::blur; },
       "anti_alias is only for nets without"},
      {"resnetaa50", [](ArchSpec& s) { s.stride_place = StridePlace::conv1; },
       "stride_place 'conv1' is only for"},
      {"resnet50", [](ArchSpec& s) { s.shortcut_kernel = 2; }, "shortcut_kernel is even"},
      {"resnet50d", [](ArchSpec& s) { s.shortcut_kernel = 3; },
       "shortcut_kernel is only for shortcut 'conv'"},
      {"resnet50", [](ArchSpec& s) { s.pruned = kOne; },
       "pruned has 1 entries, expected one for each of 16 blocks"},
      {"seresnet50", [](ArchSpec& s) { s.se_reduction = 0; }, "se_reduction is 0"},
      {"seresnet50", [](ArchSpec& s) { s.attention_channels[1] = -1; }, "attention_channels[1] is -1"},
      {"resnet20_cifar", [](ArchSpec& s) { s.channels = {16, 32, 63}; },
       "shortcut 'pad' cannot turn 32 channels into 63"},
      {"resnet20_cifar", [](ArchSpec& s) { s.channels = {16, 32, 16}; },
       "shortcut 'pad' cannot turn 32 channels into 16"},
      {"resnet50_gn", [](ArchSpec& s) { s.channels[2] = 1000; },
       "norm 'group': groups 32 do not divide the width"},
      {"resnet50_gn", [](ArchSpec& s) { s.stem_widths[0] = 48; }, "32 groups do not divide stem_widths[0]"},
      {"resnet50", [](ArchSpec& s) { s.num_classes = -1; }, "num_classes is -1"},
      {"resnet50", [](ArchSpec& s) { s.input_px = 0; }, "input_px is 0"},
  }));
  const auto error = test::error_of([&] { validate(changed(one.base, one.change)); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::mismatch);
  CHECK_THAT(test::message_of(error),
             Catch::StartsWith("architecture 'odd': ") && Catch::Contains(one.message));
}

TEST_CASE("every part has a word") {
  CHECK(to_string(StemPool::conv) == "conv");
  CHECK(to_string(Shortcut::avg_pool_conv) == "avg_pool_conv");
  CHECK(to_string(AntiAlias::blur) == "blur");
  CHECK(to_string(Attention::eca) == "eca");
  CHECK(to_string(Norm::group) == "group");
  CHECK(to_string(Activation::quick_gelu) == "quick_gelu");
  CHECK(to_string(Activation::linear) == "linear");
}
