// Random architectures with random options: what validate() takes builds, runs, saves and loads; what it does
// not take is refused by the name of a field.
#include <c10/core/InferenceMode.h>

#include "tests/models/models_fixture.h"
#include "tests/models/tiny_specs.h"

#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/layouts/layouts.h"

using namespace zoo;
using namespace zoo::test;

namespace {

constexpr int kLegal = 500;

struct RandomNet {
  std::vector<Block> blocks;        // what spec.stage_blocks points to
  std::vector<PrunedBlock> pruned;  // what spec.pruned points to
  ArchSpec spec;
  ResNetOptions options;
};

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  int64_t below(int64_t count) { return static_cast<int64_t>(engine_() % static_cast<uint64_t>(count)); }
  bool once_in(int64_t count) { return below(count) == 0; }
  template <typename T>
  T one_of(std::initializer_list<T> choices) {
    return choices.begin()[below(std::ssize(choices))];
  }
  template <typename Enum>
  Enum up_to(Enum last) {
    return static_cast<Enum>(below(static_cast<int64_t>(last) + 1));
  }

 private:
  std::mt19937_64 engine_;
};

void draw_stages(Dice& dice, RandomNet& net) {
  ArchSpec& spec = net.spec;
  spec.num_stages = static_cast<int>(1 + dice.below(4));
  const int64_t unit = spec.norm == Norm::group ? 32 : dice.one_of({1, 2, 4, 8});
  const int64_t expansion = spec.block == Block::bottleneck ? 4 : 1;
  int64_t width = unit * (1 + dice.below(3));
  for (size_t i = 0; i < static_cast<size_t>(spec.num_stages); ++i) {
    spec.depths[i] = dice.once_in(60) ? 0 : 1 + dice.below(2);
    spec.channels[i] = width * expansion - (dice.once_in(30) ? 3 : 0);
    if (dice.once_in(6)) spec.attention_channels[i] = 8 + dice.below(100);
    width += unit * dice.below(3);
  }
  for (int64_t& stem : spec.stem_widths) stem = unit * (1 + dice.below(3));
  if (dice.once_in(3)) spec.stem_widths.fill(spec.channels[0]);
}

// Depths and kinds are drawn already.
void draw_lists(Dice& dice, RandomNet& net) {
  if (dice.once_in(12)) {
    for (int i = 0; i < net.spec.num_stages; ++i) net.blocks.push_back(dice.up_to(Block::bottleneck));
    net.spec.stage_blocks = net.blocks;
  }
  if (net.spec.block == Block::bottleneck && dice.once_in(8)) {
    int64_t count = dice.once_in(10) ? 1 : 0;
    for (const int64_t depth : net.spec.depths) count += depth;
    for (int64_t i = 0; i < count; ++i)
      net.pruned.push_back({net.spec.groups * (1 + dice.below(9)), net.spec.groups * (1 + dice.below(9))});
    net.spec.pruned = net.pruned;
  }
}

void draw_bottleneck(Dice& dice, ArchSpec& spec) {
  spec.stride_place = dice.once_in(4) ? StridePlace::conv1 : StridePlace::conv2;
  if (dice.once_in(3)) spec.groups = dice.one_of({1, 2, 3, 4});
  if (dice.once_in(3)) spec.base_width = dice.one_of({16, 32, 96, 128});
  if (dice.once_in(6)) spec.reduce_first = 2;
  if (dice.once_in(5)) spec.scales = dice.one_of({2, 3, 4});
  if (dice.once_in(5)) spec.radix = dice.one_of({1, 2, 3});
  spec.pool_first = spec.radix > 0 && dice.once_in(2);
  if (spec.radix > 0) spec.groups = dice.one_of({1, 2, 4});
}

void draw_options(Dice& dice, RandomNet& net) {
  ResNetOptions& options = net.options;
  options.num_classes = dice.below(6);
  options.in_channels = dice.one_of({1, 3, 4}) - (dice.once_in(100) ? 4 : 0);
  options.global_pool = dice.up_to(GlobalPool::cat_avg_max);
  if (dice.once_in(3)) options.output_stride = dice.one_of({1, 2, 3, 4, 8, 16, 32});
  options.drop_rate = dice.one_of({0.0, 0.1, dice.once_in(50) ? 1.0 : 0.0});
  options.drop_path_rate = dice.one_of({0.0, 0.2, dice.once_in(50) ? -0.5 : 0.0});
  options.frozen_stages = dice.once_in(50) ? 5 : dice.below(net.spec.num_stages + 2) - 1;
  options.norm_eval = dice.once_in(4);
  options.zero_init_last = dice.once_in(4);
  options.init = dice.up_to(Init::openmmlab);
}

RandomNet draw_net(uint64_t seed) {
  Dice dice(seed);
  RandomNet net;
  ArchSpec& spec = net.spec;
  spec.name = "random";
  spec.block = dice.once_in(3) ? Block::basic : Block::bottleneck;
  spec.norm = dice.once_in(8) ? Norm::group : Norm::batch;
  spec.stem = dice.up_to(Stem::deep);
  spec.stem_pool = dice.up_to(StemPool::conv);
  spec.shortcut = dice.up_to(Shortcut::avg_pool_conv);
  if (dice.once_in(4)) spec.shortcut_kernel = dice.one_of({2, 3, 3, 3, 5});
  spec.first_stride = dice.once_in(6) ? 2 : 1;
  if (dice.once_in(3)) spec.anti_alias = dice.up_to(AntiAlias::blur);
  if (dice.once_in(3)) spec.attention = dice.up_to(Attention::eca);
  if (dice.once_in(3)) spec.se_reduction = dice.one_of({2, 4, 8, 0});
  spec.activation = dice.up_to(Activation::linear);
  if (spec.block == Block::bottleneck || dice.once_in(20)) draw_bottleneck(dice, spec);
  draw_stages(dice, net);
  draw_lists(dice, net);
  draw_options(dice, net);
  return net;
}

// Pixels of the picture's side that become one of the stage's map.
int64_t reduction_behind(const RandomNet& net, int stage) {
  int64_t reduction = net.spec.stem_reduction() * net.spec.first_stride << stage;
  const int64_t limit = net.options.output_stride;
  return limit == 0 ? reduction : std::min(reduction, limit);
}

// Average pools against aliasing take multiples of the reduction only.
at::Tensor pictures_for(const RandomNet& net, uint64_t seed) {
  const bool even = net.spec.anti_alias == AntiAlias::avg || net.spec.stem_pool == StemPool::avg;
  const int64_t side = std::max<int64_t>(net.spec.reduction(), 4);
  const auto more = static_cast<int64_t>(seed % 7);
  const int64_t height = even ? side : side + more, width = even ? 2 * side : side + 2 * more + 1;
  return hash_pictures(static_cast<uint32_t>(seed), height, width, net.options.in_channels);
}

void check_state(const RandomNet& net, const ResNet& model) {
  const auto tensors = state_dict(model);
  const auto expected = list_tensors(
      net.spec, {.num_classes = net.options.num_classes, .in_channels = net.options.in_channels});
  // The list has no head twice as wide, which a checkpoint of a plain net does not have either.
  const int64_t head_factor = net.options.global_pool == GlobalPool::cat_avg_max ? 2 : 1;
  REQUIRE(tensors.size() == expected.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    std::vector<int64_t> shape = expected[i].shape;
    if (expected[i].role == Role::head_weight) shape[1] *= head_factor;
    REQUIRE(tensors[i].first == expected[i].name);
    REQUIRE(tensors[i].second.sizes().vec() == shape);
  }
}

at::Tensor check_maps(const RandomNet& net, ResNet& model, const at::Tensor& images) {
  const auto maps = model->forward_stages(images);
  REQUIRE(std::ssize(maps) == net.spec.num_stages);
  for (int stage = 0; stage < net.spec.num_stages; ++stage) {
    const int64_t step = reduction_behind(net, stage);
    const auto reduced = [&](int64_t side) { return (side + step - 1) / step; };
    REQUIRE(maps[static_cast<size_t>(stage)].sizes().vec() ==
            std::vector<int64_t>{2, net.spec.stage_channels(stage), reduced(images.size(2)),
                                 reduced(images.size(3))});
  }
  at::Tensor logits = model->forward_head(maps.back());
  const int64_t classes = net.options.num_classes;
  const int64_t width = classes == 0 ? head_channels(net.options, net.spec) : classes;
  REQUIRE(logits.sizes().vec() == std::vector<int64_t>{2, width});
  REQUIRE(logits.isfinite().all().item<bool>());
  REQUIRE(logits.equal(model->forward(images)));
  return logits;
}

void check_saving(const RandomNet& net, const ResNet& model, const at::Tensor& images,
                  const at::Tensor& logits, const std::filesystem::path& file) {
  const auto tensors = to_named_tensors(model);
  file.extension() == ".pth" ? write_torch_zip(file, tensors) : write_safetensors(file, tensors);
  ResNetOptions options = net.options;
  options.initialise = false;
  ResNet again(net.spec, options);
  const LoadReport report = load(again, Checkpoint::open(file));
  REQUIRE(report.loaded == std::ssize(tensors));
  REQUIRE(equal_states(again, model));
  again->eval();
  REQUIRE(again->forward(images).equal(logits));
}

bool names_a_field(const std::string& message) {
  return std::ranges::any_of(
      std::initializer_list<const char*>{
          "block",        "num_stages",   "depths",        "channels",       "stem",          "shortcut",
          "first_stride", "stride_place", "anti_alias",    "attention",      "se_reduction",  "norm",
          "groups",       "base_width",   "reduce_first",  "scales",         "radix",         "pool_first",
          "pruned",       "num_classes",  "output_stride", "drop_path_rate", "frozen_stages", "drop_rate"},
      [&](const char* field) { return message.find(field) != std::string::npos; });
}

// How many of the legal nets have which part.
void count_parts(const RandomNet& net, std::map<std::string, int>& counts) {
  const ArchSpec& spec = net.spec;
  const auto count = [&](const std::string& what) { ++counts[what]; };
  for (const std::string_view part :
       {to_string(spec.stem), to_string(spec.block), to_string(spec.norm), to_string(spec.activation)})
    count(std::string(part));
  count("pool " + std::string(to_string(spec.stem_pool)));
  count("shortcut " + std::string(to_string(spec.shortcut)));
  count("anti_alias " + std::string(to_string(spec.anti_alias)));
  count("attention " + std::string(to_string(spec.attention)));
  if (spec.groups > 1) count("groups");
  if (spec.scales > 1) count("scales");
  if (spec.radix > 0) count(spec.pool_first ? "radix, pool first" : "radix");
  if (spec.reduce_first > 1) count("reduce_first");
  if (spec.shortcut_kernel > 1) count("shortcut_kernel");
  if (spec.stride_place == StridePlace::conv1) count("stride_place");
  if (!spec.pruned.empty()) count("pruned");
  if (!spec.stage_blocks.empty()) count("stage_blocks");
  if (net.options.output_stride != 0) count("output_stride");
}
constexpr size_t kParts = 3 + 2 + 2 + 11 + 5 + 3 + 3 + 3 + 10;

}  // namespace

TEST_CASE("a random net builds, runs, saves and loads, or is refused by the name of a field") {
  const TemporaryFolder folder;
  const c10::InferenceMode inference;
  std::map<std::string, int> counts;
  int legal = 0, refused = 0;
  for (uint64_t seed = 0; legal < kLegal; ++seed) {
    INFO("seed " << seed);
    const RandomNet net = draw_net(seed);
    ResNet model{nullptr};
    const auto error = error_of([&] { model = ResNet(net.spec, net.options); });
    if (error) {
      ++refused;
      INFO(error->what());
      REQUIRE(error->code() == ErrorCode::mismatch);
      REQUIRE(names_a_field(error->what()));
      continue;
    }
    ++legal;
    count_parts(net, counts);
    check_state(net, model);
    hash_fill(model);
    model->eval();
    const at::Tensor images = pictures_for(net, seed);
    const at::Tensor logits = check_maps(net, model, images);
    check_saving(net, model, images, logits, folder / (seed % 2 == 0 ? "net.safetensors" : "net.pth"));
  }
  CHECK(refused > 100);
  CHECK(counts.size() == kParts);
  for (const auto& [part, count] : counts) {
    INFO(part);
    CHECK(count >= 5);
  }
}
