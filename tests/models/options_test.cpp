// What ResNetOptions changes: training-time randomness, pools, strides, first values, what learns.
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <c10/core/InferenceMode.h>
#include <torch/utils.h>

#include "tests/models/models_fixture.h"
#include "tests/models/tiny_specs.h"

#include <catch2/catch.hpp>

#include "zoo/base/error.h"

using namespace zoo;
using namespace zoo::test;

namespace {

ArchSpec net(Block block = Block::basic) {
  return tiny(block, Shortcut::conv);
}

int64_t frozen_parameters(const ResNet& model) {
  int64_t count = 0;
  for (const auto& parameter : model->parameters())
    count += parameter.requires_grad() ? 0 : parameter.numel();
  return count;
}

void train_step(ResNet& model) {
  model->forward(hash_pictures(0, 64, 32)).square().sum().backward();
  const at::NoGradGuard no_grad;
  for (at::Tensor& parameter : model->parameters()) {
    if (parameter.grad().defined()) parameter.sub_(parameter.grad(), 0.01);
  }
}

// Names of the tensors that a step changes.
std::vector<std::string> changed_by_step(ResNet& model) {
  std::vector<std::pair<std::string, at::Tensor>> before;
  for (const auto& [name, tensor] : state_dict(model)) before.emplace_back(name, tensor.clone());
  train_step(model);
  std::vector<std::string> changed;
  size_t i = 0;
  for (const auto& [name, tensor] : state_dict(model)) {
    if (!tensor.equal(before[i++].second)) changed.push_back(name);
  }
  return changed;
}

bool any_starts_with(const std::vector<std::string>& names, std::string_view start) {
  return std::ranges::any_of(names, [&](const std::string& name) { return name.starts_with(start); });
}

}  // namespace

TEST_CASE("drop path keeps or drops whole samples, and their mean") {
  torch::manual_seed(1);
  const at::Tensor x = at::ones({4000, 2, 3, 1});
  const at::Tensor y = drop_path(x, 0.3);
  const at::Tensor kept = y.select(1, 0).select(1, 0).select(1, 0);
  CHECK(y.equal(kept.view({4000, 1, 1, 1}).expand_as(x)));
  CHECK(((kept == 0) | (kept == at::ones({}).div(0.7))).all().item<bool>());
  CHECK(y.mean().item<double>() == Approx(1).epsilon(0.05));
}

TEST_CASE("drop path grows from 0 at the first block to its rate at the last, in training only") {
  ResNet model = hash_filled(net(), {.num_classes = 5, .drop_path_rate = 0.6});
  std::vector<double> rates;
  for (const Stage& stage : model->stages) {
    for (const ResidualBlock& block : stage->blocks) rates.push_back(block->options.drop_path);
  }
  REQUIRE(rates.size() == 4);
  for (size_t i = 0; i < 4; ++i) CHECK(rates[i] == Approx(0.2 * static_cast<double>(i)));

  const at::NoGradGuard no_grad;
  const at::Tensor images = hash_pictures(0, 64, 32);
  CHECK(model->forward(images).equal(hash_filled(net(), {.num_classes = 5})->forward(images)));
  model->train();
  torch::manual_seed(2);
  const at::Tensor first = model->forward(images), second = model->forward(images);
  torch::manual_seed(2);
  CHECK(model->forward(images).equal(first));
  bool differs = false;
  for (int i = 0; i < 20 && !differs; ++i) differs = !model->forward(images).equal(second);
  CHECK(differs);
}

TEST_CASE("a net of one block never drops it") {
  ArchSpec spec = net();
  spec.num_stages = 1;
  CHECK(ResNet(spec, ResNetOptions{.num_classes = 2, .drop_path_rate = 0.5})
            ->stages[0]
            ->blocks[0]
            ->options.drop_path == 0);
}

TEST_CASE("dropout takes pooled features away in training and scales the others") {
  ResNet model = hash_filled(net(), {.num_classes = 0, .drop_rate = 0.5});
  const at::NoGradGuard no_grad;
  const at::Tensor map = at::ones({50, 16, 2, 3});
  CHECK(model->forward_head(map).equal(at::ones({50, 16})));
  model->train();
  torch::manual_seed(3);
  const at::Tensor features = model->forward_head(map);
  CHECK(((features == 0) | (features == 2)).all().item<bool>());
  CHECK(features.mean().item<double>() == Approx(1).epsilon(0.2));
}

TEST_CASE("an output stride keeps later maps at their size and the tensors as they are") {
  const ArchSpec spec = GENERATE(from_range(tiny_kinds()));
  INFO(spec.name);
  ResNet published = hash_filled(spec, {.num_classes = 5});
  for (int64_t stride = spec.stem_reduction(); stride <= spec.reduction(); stride *= 2) {
    ResNet model = hash_filled(spec, {.num_classes = 5, .output_stride = stride});
    CHECK(equal_states(model, published));
    const c10::InferenceMode inference;
    const auto maps = model->forward_stages(hash_pictures(0, 64, 32));
    int64_t reduction = spec.stem_reduction();
    for (int stage = 0; stage < spec.num_stages; ++stage) {
      reduction = std::min(stride, reduction * spec.stage_stride(stage));
      CHECK(maps[static_cast<size_t>(stage)].sizes() ==
            at::IntArrayRef({2, spec.stage_channels(stage), 64 / reduction, 32 / reduction}));
    }
    if (stride == spec.reduction())
      CHECK(maps.back().equal(published->forward_features(hash_pictures(0, 64, 32))));
  }
}

TEST_CASE("global pools, and the head's width with each") {
  const GlobalPool pool =
      GENERATE(GlobalPool::avg, GlobalPool::max, GlobalPool::avg_max, GlobalPool::cat_avg_max);
  const at::Tensor map = hash_pictures(0, 3, 5, 16);
  const at::Tensor mean = map.mean({2, 3}), greatest = map.amax({2, 3});
  at::Tensor expected = pool == GlobalPool::max ? greatest : mean;
  if (pool == GlobalPool::avg_max) expected = (mean + greatest) / 2;
  if (pool == GlobalPool::cat_avg_max) expected = at::cat({mean, greatest}, 1);
  ResNet model = hash_filled(net(), {.num_classes = 0, .global_pool = pool});
  CHECK(at::allclose(model->forward_head(map), expected));
  model->reset_head(7);
  CHECK(model->fc->weight.sizes() == at::IntArrayRef({7, pool == GlobalPool::cat_avg_max ? 32 : 16}));
  CHECK(model->forward_head(map).size(1) == 7);
}

TEST_CASE("with zeroed last norms a fresh block is its shortcut") {
  const ArchSpec spec = GENERATE(from_range(tiny_kinds()));
  INFO(spec.name);
  ResNet model(spec, ResNetOptions{.num_classes = 5, .zero_init_last = true});
  model->eval();
  const c10::InferenceMode inference;
  ResidualBlock& block = model->stages[1]->blocks[1];
  const at::Tensor x = hash_pictures(0, 8, 4, spec.stage_channels(1));
  CHECK(block->forward(x).equal(activate(x.clone(), spec.activation)));
  CHECK(block->path.front().norm->weight.equal(at::ones({block->path.front().norm->channels})));
}

TEST_CASE("biases and heads start as their library starts them") {
  const Init init = GENERATE(Init::timm, Init::openmmlab);
  torch::manual_seed(4);
  ResNet model(get_arch("seresnet18"), ResNetOptions{.num_classes = 100, .init = init});
  const auto check = [&] {
    const double deviation = model->fc->weight.std().item<double>();
    const bool zeros = model->fc->bias.abs().max().item<double>() == 0;
    CHECK(zeros == (init == Init::openmmlab));
    CHECK(deviation == Approx(init == Init::openmmlab ? 0.01 : 1 / std::sqrt(3 * 512.0)).epsilon(0.05));
  };
  check();
  model->reset_head(50);
  check();
  const SqueezeExciteImpl& se = *model->stages[3]->blocks[1]->squeeze_excite;
  const double bound = init == Init::openmmlab ? 0 : 1 / std::sqrt(512.0);
  CHECK(se.fc1->bias.abs().max().item<double>() <= bound);
  CHECK(se.fc1->bias.abs().max().item<double>() >= 0.8 * bound);
  CHECK(se.fc2->weight.std().item<double>() == Approx(std::sqrt(2.0 / 512)).epsilon(0.05));
}

TEST_CASE("frozen stages have OpenMMLab's counts") {
  struct Row {
    const char* arch;
    std::array<int64_t, 5> counts;
  };
  const Row row = GENERATE(Row{"resnet18", {9'536, 157'504, 683'072, 2'782'784, 11'176'512}},
                           Row{"resnet34", {9'536, 231'488, 1'347'904, 8'170'304, 21'284'672}},
                           Row{"resnet50", {9'536, 225'344, 1'444'928, 8'543'296, 23'508'032}},
                           Row{"resnet101", {9'536, 225'344, 1'444'928, 27'535'424, 42'500'160}},
                           Row{"resnet152", {9'536, 225'344, 2'565'184, 43'179'072, 58'143'808}},
                           Row{"resnet50c", {28'768, 244'576, 1'464'160, 8'562'528, 23'527'264}},
                           Row{"resnet50d", {28'768, 244'576, 1'464'160, 8'562'528, 23'527'264}},
                           Row{"resnet18_cifar", {1'856, 149'824, 675'392, 2'775'104, 11'168'832}},
                           Row{"resnet50_cifar", {1'856, 217'664, 1'437'248, 8'535'616, 23'500'352}},
                           Row{"wide_resnet50_2", {9'536, 643'904, 4'126'528, 24'862'528, 66'834'240}},
                           Row{"resnext50_32x4d", {9'536, 215'360, 1'412'416, 8'435'008, 22'979'904}},
                           Row{"seresnet50", {9'536, 250'736, 1'603'568, 9'494'896, 26'039'024}});
  for (int64_t stages = 0; stages < 5; ++stages) {
    INFO(row.arch << " " << stages);
    const ResNet model(get_arch(row.arch), ResNetOptions{.initialise = false, .frozen_stages = stages});
    CHECK(frozen_parameters(model) == row.counts[static_cast<size_t>(stages)]);
  }
}

TEST_CASE("what is frozen does not move by one bit, whatever mode is set, and clones keep it so") {
  const ArchSpec spec = GENERATE(from_range(tiny_kinds()));
  INFO(spec.name);
  ResNet original = hash_filled(spec, {.num_classes = 5, .frozen_stages = 1});
  original->train();
  original->eval();
  ResNet model(std::dynamic_pointer_cast<ResNetImpl>(original->clone()));
  CHECK(frozen_parameters(model) == frozen_parameters(original));
  model->train();
  const std::vector<std::string> changed = changed_by_step(model);
  CHECK(any_starts_with(changed, "layer2"));
  CHECK(any_starts_with(changed, "layer3"));
  CHECK(any_starts_with(changed, "fc"));
  for (const char* frozen : {"conv1", "bn1", "maxpool", "layer1"})
    CHECK_FALSE(any_starts_with(changed, frozen));
  CHECK(model->stages[1]->is_training());
  CHECK_FALSE(model->stages[0]->blocks[0]->path[0].norm->is_training());
}

TEST_CASE("with norm_eval statistics stay and norms learn") {
  const ArchSpec spec = GENERATE(from_range(tiny_kinds()));
  INFO(spec.name);
  ResNet model = hash_filled(spec, {.num_classes = 5, .drop_rate = 0.1, .norm_eval = true});
  model->train();
  const std::vector<std::string> changed = changed_by_step(model);
  for (const std::string& name : changed) {
    INFO(name);
    CHECK(name.find("running") == std::string::npos);
    CHECK(name.find("tracked") == std::string::npos);
  }
  CHECK(any_starts_with(changed, "layer1.0.bn1.weight"));
  CHECK(model->is_training());
}

TEST_CASE("a parameter that the caller froze stays frozen in a clone") {
  ResNet model = hash_filled(net(), {.num_classes = 5});
  model->fc->weight.set_requires_grad(false);
  const ResNet copy(std::dynamic_pointer_cast<ResNetImpl>(model->clone()));
  CHECK_FALSE(copy->fc->weight.requires_grad());
  CHECK(copy->fc->bias.requires_grad());
}

TEST_CASE("options out of range are refused by their names") {
  const auto refuses = [](const ResNetOptions& options, const std::string& message) {
    CHECK_THROWS_WITH(ResNet(net(), options), Catch::Contains(message) && Catch::Contains("tiny"));
    try {
      ResNet(net(), options);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::mismatch);
    }
  };
  refuses({.num_classes = -1}, "num_classes is -1");
  refuses({.in_channels = 0}, "in_channels is 0");
  refuses({.output_stride = 2}, "output_stride is 2");
  refuses({.output_stride = 12}, "output_stride is 12");
  refuses({.output_stride = -8}, "output_stride is -8");
  refuses({.drop_rate = 1}, "drop_rate is 1");
  refuses({.drop_rate = std::nan("")}, "drop_rate is nan");
  refuses({.drop_path_rate = -0.1}, "drop_path_rate is -0.1");
  refuses({.frozen_stages = 4}, "frozen_stages is 4, expected -1 (none) to 3");
  refuses({.frozen_stages = -2}, "frozen_stages is -2");
}

TEST_CASE("images that an architecture's pools cannot take are refused") {
  const c10::InferenceMode inference;
  ResNet average = hash_filled(get_arch("resnetaa34d"), {.num_classes = 5});
  CHECK_THROWS_WITH(average->forward(hash_pictures(0, 96, 70)),
                    Catch::Contains("resnetaa34d takes images whose sides are multiples of 32."));
  CHECK_THROWS_WITH(average->forward(hash_pictures(0, 2, 64)),
                    Catch::Contains("an average pool got a map of [2, 64, 1, 32]"));
  ResNet blur = hash_filled(get_arch("resnetblur18"), {.num_classes = 5});
  CHECK_THROWS_WITH(blur->forward(hash_pictures(0, 8, 64)),
                    Catch::Contains("a blur pool got a map of") && Catch::Contains("Use bigger images."));
  CHECK(blur->forward(hash_pictures(0, 17, 33)).size(1) == 5);
}
