// The module: its state dict, initialisation, clones, heads, maps.
#include <ATen/autocast_mode.h>
#include <ATen/ops/allclose.h>
#include <c10/core/InferenceMode.h>

#include "tests/models/models_fixture.h"
#include "tests/models/tiny_specs.h"

#include <catch2/catch.hpp>

#include "zoo/base/error.h"
#include "zoo/layouts/layouts.h"

using namespace zoo;
using namespace zoo::test;

namespace {

bool shares_memory(const ResNet& a, const ResNet& b) {
  const auto left = state_dict(a), right = state_dict(b);
  return std::ranges::any_of(left, [&](const auto& one) {
    return std::ranges::any_of(
        right, [&](const auto& other) { return one.second.data_ptr() == other.second.data_ptr(); });
  });
}

}  // namespace

TEST_CASE("the state dict has the names, shapes and order of the layout's list") {
  const auto check = [](const ArchSpec& spec, int64_t num_classes, int64_t in_channels) {
    INFO(spec.name << " with " << num_classes << " classes and " << in_channels << " channels");
    const ResNet model(
        spec, ResNetOptions{.num_classes = num_classes, .in_channels = in_channels, .initialise = false});
    const auto tensors = state_dict(model);
    const auto expected = list_tensors(spec, {.num_classes = num_classes, .in_channels = in_channels});
    REQUIRE(tensors.size() == expected.size());
    int64_t learnable = 0;
    for (size_t i = 0; i < tensors.size(); ++i) {
      REQUIRE(tensors[i].first == expected[i].name);
      REQUIRE(tensors[i].second.sizes().vec() == expected[i].shape);
      REQUIRE(tensors[i].second.requires_grad() == !expected[i].is_buffer());
      if (tensors[i].second.requires_grad()) learnable += tensors[i].second.numel();
    }
    CHECK(learnable == count_parameters(spec, {.num_classes = num_classes, .in_channels = in_channels}));
  };
  for (const ArchSpec& spec : arch_table()) check(spec, spec.num_classes, 3);
  for (const ArchSpec& spec : tiny_kinds()) check(spec, 7, 3);
  check(get_arch("resnet18"), 0, 1);
  check(get_arch("resnet20_cifar"), 1, 4);
}

TEST_CASE("a clone computes the same from tensors of its own") {
  const ArchSpec spec = GENERATE(from_range(tiny_kinds()));
  const int64_t head = GENERATE(-1, 3, 0);
  INFO(spec.name);
  ResNet model = hash_filled(spec, {.num_classes = 5});
  if (head >= 0) model->reset_head(head);

  ResNet copy(std::dynamic_pointer_cast<ResNetImpl>(model->clone()));
  CHECK(equal_states(copy, model));
  CHECK_FALSE(shares_memory(copy, model));
  CHECK_FALSE(copy->is_training());
  CHECK(copy->options().num_classes == model->options().num_classes);

  const c10::InferenceMode inference;
  const at::Tensor images = hash_pictures(0, 64, 32);
  CHECK(copy->forward(images).equal(model->forward(images)));
  // What is computed is computed from what is registered: zeroing the clone's tensors must show.
  const at::Tensor before = model->forward(images);
  for (const auto& [name, tensor] : state_dict(copy)) tensor.zero_();
  CHECK(copy->forward(images).abs().max().item<float>() == 0);
  CHECK(model->forward(images).equal(before));
}

TEST_CASE("a clone of a clone trains alone") {
  ResNet model = hash_filled(tiny(Block::bottleneck, Shortcut::conv), {.num_classes = 5});
  ResNet second(std::dynamic_pointer_cast<ResNetImpl>(model->clone()->clone()));
  second->train();
  second->forward(hash_pictures(0, 33, 18)).sum().backward();
  for (const auto& parameter : second->parameters()) CHECK(parameter.grad().defined());
  for (const auto& parameter : model->parameters()) CHECK_FALSE(parameter.grad().defined());
  CHECK(second->bn1->num_batches_tracked.item<int64_t>() ==
        model->bn1->num_batches_tracked.item<int64_t>() + 1);
}

TEST_CASE("stage maps have the spec's channels and halve, rounding up") {
  const ArchSpec spec = tiny(Block::bottleneck, Shortcut::avg_pool_conv, Stem::deep);
  ResNet model = hash_filled(spec, {.num_classes = 5});
  const c10::InferenceMode inference;
  const at::Tensor images = hash_pictures(0, 65, 34);
  const auto maps = model->forward_stages(images);
  REQUIRE(maps.size() == 3);
  CHECK(maps[0].sizes() == at::IntArrayRef({2, 32, 17, 9}));
  CHECK(maps[1].sizes() == at::IntArrayRef({2, 32, 9, 5}));
  CHECK(maps[2].sizes() == at::IntArrayRef({2, 64, 5, 3}));
  CHECK(model->forward_features(images).equal(maps[2]));
  CHECK(model->forward_head(maps[2]).equal(model->forward(images)));
}

TEST_CASE("without a head the model gives the pooled features") {
  ResNet model = hash_filled(tiny(Block::basic, Shortcut::conv), {.num_classes = 0});
  const c10::InferenceMode inference;
  const at::Tensor images = hash_pictures(0, 40, 24);
  const at::Tensor features = model->forward(images);
  CHECK(features.sizes() == at::IntArrayRef({2, 16}));
  CHECK(at::allclose(features, model->forward_features(images).mean({2, 3})));
}

TEST_CASE("a picture is classified alike alone and in a batch") {
  ResNet model = hash_filled(get_arch("resnet20_cifar"), {.num_classes = 10});
  const c10::InferenceMode inference;
  const at::Tensor images = hash_pictures(0, 37, 24);
  const at::Tensor both = model->forward(images);
  CHECK(at::allclose(both[0], model->forward(images.slice(0, 0, 1))[0], 1e-4, 1e-5));
}

TEST_CASE("channels-last weights change the layout, not the values") {
  const ArchSpec spec = GENERATE(from_range(tiny_kinds()));
  INFO(spec.name);
  ResNet model = hash_filled(spec, {.num_classes = 5, .in_channels = 2});
  ResNet copy(std::dynamic_pointer_cast<ResNetImpl>(model->clone()));
  copy->to_channels_last();
  CHECK(equal_states(copy, model));
  CHECK(copy->parameters().front().is_contiguous(at::MemoryFormat::ChannelsLast));
  const c10::InferenceMode inference;
  const at::Tensor images = hash_pictures(0, 64, 32, 2);
  const at::Tensor last = images.contiguous(at::MemoryFormat::ChannelsLast);
  CHECK(at::allclose(copy->forward(last), model->forward(images), 1e-4, 1e-5));
  CHECK(copy->forward_features(last).is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST_CASE("in another precision every kind of net computes about the same, and counters stay integers") {
  const ArchSpec spec = GENERATE(from_range(tiny_kinds()));
  INFO(spec.name);
  ResNet model = hash_filled(spec, {.num_classes = 5});
  const c10::InferenceMode inference;
  const at::Tensor images = hash_pictures(0, 64, 32);
  const at::Tensor expected = model->forward(images).to(at::kDouble);
  const auto check = [&](at::ScalarType dtype, double tolerance) {
    model->to(dtype);
    const at::Tensor logits = model->forward(images.to(dtype));
    CHECK(logits.scalar_type() == dtype);
    CHECK((logits.to(at::kDouble) - expected).abs().max().item<double>() <
          tolerance * expected.abs().mean().item<double>());
    for (const auto& [name, tensor] : state_dict(model))
      CHECK(tensor.scalar_type() == (name.ends_with("num_batches_tracked") ? at::kLong : dtype));
  };
  check(at::kDouble, 1e-4);
  check(at::kBFloat16, 0.2);
}

TEST_CASE("every parameter of every kind of net learns, under autocast to bfloat16 too") {
  const ArchSpec spec = GENERATE(from_range(tiny_kinds()));
  const bool mixed = GENERATE(false, true);
  ResNet model = hash_filled(spec, {.num_classes = 5});
  model->train();
  const at::Tensor images = hash_pictures(0, 64, 32), weights = hash_pictures(1, 1, 5, 1).view({2, 5});
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, mixed);
  const at::Tensor logits = model->forward(images);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  CHECK(logits.scalar_type() == (mixed ? at::kBFloat16 : at::kFloat));
  logits.to(at::kFloat).mul(weights).sum().backward();
  for (const auto& item : model->named_parameters()) {
    INFO(spec.name << " " << item.key());
    REQUIRE(item.value().grad().defined());
    const bool ahead_of_norm = item.key().ends_with("conv2.fc1.bias");  // which takes it away again
    CHECK((ahead_of_norm || item.value().grad().abs().max().item<float>() > 0));
  }
}

TEST_CASE("initial weights are drawn as torchvision draws them") {
  torch::manual_seed(3);
  const ResNet model(get_arch("resnet18"));
  for (const auto& [name, tensor] : state_dict(model)) {
    INFO(name);
    if (tensor.dim() == 4) {
      const double fan_out = static_cast<double>(tensor.size(0) * tensor.size(2) * tensor.size(3));
      CHECK(tensor.std().item<double>() == Approx(std::sqrt(2 / fan_out)).epsilon(0.05));
      CHECK(std::abs(tensor.mean().item<double>()) < 0.05 * std::sqrt(2 / fan_out));
    } else if (name.starts_with("fc.")) {
      CHECK(tensor.abs().max().item<double>() <= 1 / std::sqrt(512.0));
      CHECK(tensor.std().item<double>() == Approx(1 / std::sqrt(3 * 512.0)).epsilon(0.05));
    } else {
      const bool one = name.ends_with("weight") || name.ends_with("running_var");
      CHECK((tensor == (one ? 1 : 0)).all().item<bool>());
    }
  }
  torch::manual_seed(3);
  CHECK(equal_states(ResNet(get_arch("resnet18")), model));
}

TEST_CASE("a new head has the model's mode and dtype") {
  ResNet model = hash_filled(tiny(Block::basic, Shortcut::conv), {.num_classes = 5});
  model->to(at::kDouble);
  model->reset_head(7);
  CHECK(model->fc->weight.sizes() == at::IntArrayRef({7, 16}));
  CHECK(model->fc->weight.scalar_type() == at::kDouble);
  CHECK_FALSE(model->fc->is_training());
  CHECK(state_dict(model).back().first == "fc.bias");
  CHECK(model->forward(hash_pictures(0, 20, 36).to(at::kDouble)).size(1) == 7);
}

TEST_CASE("what cannot be built or fed is refused with its numbers") {
  ArchSpec odd = tiny(Block::basic, Shortcut::pad);
  odd.channels = {8, 11, 16};
  CHECK_THROWS_WITH(ResNet(odd), Catch::Contains("tiny") && Catch::Contains("11"));
  CHECK_THROWS_WITH(ResNet(get_arch("resnet18"), ResNetOptions{.num_classes = -1}),
                    Catch::Contains("num_classes is -1"));
  CHECK_THROWS_WITH(ResNet(get_arch("resnet18"), ResNetOptions{.in_channels = 0}),
                    Catch::Contains("in_channels is 0"));
  ResNet model = hash_filled(tiny(Block::basic, Shortcut::conv), {.num_classes = 5});
  CHECK_THROWS_WITH(model->reset_head(-2), Catch::Contains("-2 classes"));
  CHECK_THROWS_WITH(model->forward(hash_pictures(0, 20, 20, 1)),
                    Catch::Contains("images are [2, 1, 20, 20]") && Catch::Contains("[N, 3, H, W]"));
  CHECK_THROWS_AS(model->forward(at::empty({3, 20, 20})), Error);
  CHECK_THROWS_AS(model->forward(at::empty({1, 3, 0, 20})), Error);
  CHECK_THROWS_AS(model->forward_head(at::empty({1, 3, 2, 2})), Error);
}
