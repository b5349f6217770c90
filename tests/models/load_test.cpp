// Checkpoints into models: layouts, prefixes, dtypes, heads, and what is refused.
#include "tests/models/models_fixture.h"

#include <ATen/ops/allclose.h>

#include <functional>

#include <catch2/catch.hpp>

#include "tests/corpus.h"
#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/layouts/layouts.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

namespace {

using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

const ArchSpec& small() {
  return get_arch("resnet20_cifar");
}
ResNet source(int64_t num_classes = 10, int64_t in_channels = 3) {
  return hash_filled(small(), {.num_classes = num_classes, .in_channels = in_channels});
}
ResNet target(int64_t num_classes = 10, int64_t in_channels = 3) {
  return ResNet(small(), ResNetOptions{.num_classes = num_classes, .in_channels = in_channels});
}

// A safetensors file of the model's tensors after `change`.
Checkpoint file_of(const fs::path& path, const ResNet& model,
                   const std::function<void(Tensors&)>& change = {}) {
  Tensors tensors = state_dict(model);
  if (change) change(tensors);
  std::vector<NamedTensor> views;
  for (const auto& [name, tensor] : tensors) views.push_back({name, to_view(tensor)});
  write_safetensors(path, views);
  return Checkpoint::open(path);
}

std::function<void(Tensors&)> rename(const std::function<std::string(const std::string&)>& new_name) {
  return [new_name](Tensors& tensors) {
    for (auto& tensor : tensors) tensor.first = new_name(tensor.first);
  };
}
std::function<void(Tensors&)> without(const std::string& text) {
  return [text](Tensors& tensors) {
    std::erase_if(tensors, [&](const auto& tensor) { return tensor.first.find(text) != std::string::npos; });
  };
}

bool equal(const Tensors& a, const Tensors& b) {
  return std::ranges::equal(a, b, [](const auto& one, const auto& other) {
    return one.first == other.first && one.second.equal(other.second);
  });
}

}  // namespace

TEST_CASE("saved and loaded tensors are equal to the bit, counters and statistics too") {
  const TemporaryFolder folder;
  ResNet model = source();
  model->to_channels_last();
  ResNet loaded = target();
  const LoadReport report = load(loaded, file_of(folder / "a.safetensors", model));
  CHECK(equal(state_dict(loaded), state_dict(model)));
  CHECK(report.loaded == static_cast<int64_t>(state_dict(model).size()));
  CHECK(report.missing.empty());
  CHECK(report.unexpected.empty());
  CHECK_FALSE(report.head_replaced);
  CHECK(report.summary() == "116 tensors loaded (torchvision names)");
  for (const auto& parameter : loaded->parameters()) CHECK(parameter.requires_grad());
}

TEST_CASE("each publisher's names and wrapper prefixes are translated") {
  const TemporaryFolder folder;
  const Layout layout = GENERATE(Layout::torchvision, Layout::openmmlab, Layout::akamaster);
  const std::string prefix = GENERATE("", "module.", "_orig_mod.module.");
  ResNet model = source();
  const auto named =
      rename([&](const std::string& name) { return prefix + from_canonical(layout, name, &small()); });
  ResNet loaded = target();
  const LoadReport report = load(loaded, file_of(folder / "a.safetensors", model, named));
  CHECK(equal(state_dict(loaded), state_dict(model)));
  CHECK(report.translated_from == layout);
  CHECK(report.wrapper == prefix);
}

TEST_CASE("a pooled shortcut's names are translated from OpenMMLab's") {
  const TemporaryFolder folder;
  const ArchSpec spec = reference_spec("resnet50d");
  ResNet model = hash_filled(spec, {.num_classes = 3});
  const auto named =
      rename([&](const std::string& name) { return from_canonical(Layout::openmmlab, name, &spec); });
  ResNet loaded(spec, ResNetOptions{.num_classes = 3, .initialise = false});
  load(loaded, file_of(folder / "a.safetensors", model, named));
  CHECK(equal(state_dict(loaded), state_dict(model)));
}

TEST_CASE("other float dtypes are cast to the model's") {
  const TemporaryFolder folder;
  const at::ScalarType dtype = GENERATE(at::kHalf, at::kBFloat16, at::kDouble);
  ResNet model = source();
  const auto cast = [&](Tensors& tensors) {
    for (auto& [name, tensor] : tensors) {
      if (tensor.is_floating_point()) tensor = tensor.to(dtype);
    }
  };
  const Checkpoint file = file_of(folder / "a.safetensors", model, cast);
  ResNet loaded = target();
  load(loaded, file);
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : state_dict(model)) {
    if (tensor.is_floating_point()) tensor.copy_(tensor.to(dtype));
  }
  CHECK(equal(state_dict(loaded), state_dict(model)));

  ResNet half = target();
  half->to(at::kHalf);
  load(half, file);
  CHECK(half->conv1->weight.scalar_type() == at::kHalf);
}

TEST_CASE("absent counters become 0") {
  const TemporaryFolder folder;
  ResNet loaded = target();
  loaded->bn1->num_batches_tracked.fill_(5);
  const LoadReport report =
      load(loaded, file_of(folder / "a.safetensors", source(), without("num_batches_tracked")));
  CHECK(loaded->bn1->num_batches_tracked.item<int64_t>() == 0);
  CHECK(report.missing.empty());
  CHECK(report.loaded == 97);
}

TEST_CASE("a head of another class count is refused, or replaced and reported") {
  const TemporaryFolder folder;
  const Checkpoint file = file_of(folder / "a.safetensors", source(10));
  ResNet model = target(4);
  const Tensors before = [&] {
    Tensors copies = state_dict(model);
    for (auto& tensor : copies) tensor.second = tensor.second.clone();
    return copies;
  }();
  ZOO_CHECK_ERROR(
      load(model, file), ErrorCode::mismatch,
      (folder / "a.safetensors").string() +
          ": tensor 'fc.weight' is [10, 64], the model wants [4, 64], tensor 'fc.bias' is [10], the "
          "model wants [4]. 'zoo finetune' gives it a new head; in C++ use HeadPolicy::replace.");
  CHECK(equal(state_dict(model), before));

  const LoadReport report = load(model, file, {.head = HeadPolicy::replace});
  CHECK(report.head_replaced);
  CHECK(report.mismatched == std::vector<std::string>{"fc.weight: [10, 64] in the file, [4, 64] in the model",
                                                      "fc.bias: [10] in the file, [4] in the model"});
  CHECK(report.missing.empty());
  CHECK(report.unexpected.empty());
  CHECK(model->fc->weight.equal(before[before.size() - 2].second));
  CHECK(model->conv1->weight.equal(source()->conv1->weight));
}

TEST_CASE("a file without a head, and a model without one") {
  const TemporaryFolder folder;
  const Checkpoint headless = file_of(folder / "a.safetensors", source(0));
  ResNet model = target(4);
  CHECK_THROWS_WITH(load(model, headless),
                    Catch::Contains("'fc.weight', 'fc.bias'") && Catch::Contains("HeadPolicy"));
  CHECK(load(model, headless, {.head = HeadPolicy::replace}).head_replaced);
  CHECK(load(model, headless, {.strict = false}).missing == std::vector<std::string>{"fc.weight", "fc.bias"});

  const Checkpoint whole = file_of(folder / "b.safetensors", source(10));
  ResNet features = target(0);
  CHECK_THROWS_WITH(load(features, whole), Catch::Contains("'fc.bias', 'fc.weight'"));
  const LoadReport report = load(features, whole, {.head = HeadPolicy::replace});
  CHECK(report.head_replaced);
  CHECK(report.unexpected.empty());
}

TEST_CASE("a head of the same class count is loaded whatever the policy") {
  const TemporaryFolder folder;
  ResNet model = target(10);
  const LoadReport report =
      load(model, file_of(folder / "a.safetensors", source(10)), {.head = HeadPolicy::replace});
  CHECK_FALSE(report.head_replaced);
  CHECK(model->fc->weight.equal(source(10)->fc->weight));
}

TEST_CASE("missing backbone tensors are refused even when not strict, with the nearest names") {
  const TemporaryFolder folder;
  const auto misnamed = rename([](const std::string& name) {
    return name == "layer2.0.bn2.running_mean" ? "layer2.0.bn2.running_men" : name;
  });
  const Checkpoint file = file_of(folder / "a.safetensors", source(), misnamed);
  ResNet model = target();
  const bool strict = GENERATE(true, false);
  const std::string unexpected =
      strict ? "; 1 of its tensors are not part of resnet20_cifar: 'layer2.0.bn2.running_men'" : "";
  ZOO_CHECK_ERROR(
      load(model, file, {.strict = strict}), ErrorCode::mismatch,
      (folder / "a.safetensors").string() +
          ": 1 of 97 tensors of resnet20_cifar are missing: 'layer2.0.bn2.running_mean' (nearest in the "
          "file: 'layer2.0.bn2.running_men')" +
          unexpected + ". 'zoo inspect' shows the file's tensors and the architectures that they fit.");
}

TEST_CASE("tensors that the model does not have are refused, or reported when not strict") {
  const TemporaryFolder folder;
  const auto more = [](Tensors& tensors) {
    tensors.emplace_back("layer3.2.bn3.weight", at::empty({64}).zero_());
    tensors.emplace_back("epoch", at::empty({}).zero_());
  };
  const Checkpoint file = file_of(folder / "a.safetensors", source(), more);
  ResNet model = target();
  CHECK_THROWS_WITH(load(model, file), Catch::Contains("1 of its tensors are not part of resnet20_cifar: "));
  const LoadReport report = load(model, file, {.strict = false});
  CHECK(report.unexpected == std::vector<std::string>{"epoch", "layer3.2.bn3.weight"});
  CHECK(equal(state_dict(model), state_dict(source())));
}

TEST_CASE("a file of another architecture is refused with the one that it fits") {
  const TemporaryFolder folder;
  const ResNet bigger = hash_filled(get_arch("resnet32_cifar"), {.num_classes = 10});
  const Checkpoint file = file_of(folder / "a.safetensors", bigger);
  ResNet model = target();
  CHECK_THROWS_WITH(load(model, file),
                    Catch::Contains("are not part of resnet20_cifar") &&
                        Catch::Contains("The file fits resnet32_cifar: use '--arch resnet32_cifar'."));
  ResNet wide(get_arch("resnet18_cifar"), ResNetOptions{.num_classes = 10});
  CHECK_THROWS_WITH(load(wide, file),
                    Catch::Contains("'conv1.weight' is [16, 3, 3, 3], the model wants [64, 3, 3, 3]"));
}

TEST_CASE("a first convolution for three input channels is adapted to the model's") {
  const TemporaryFolder folder;
  const Checkpoint file = file_of(folder / "a.safetensors", source());
  const at::Tensor published = source()->conv1->weight;
  ResNet grey = target(10, 1);
  const LoadReport report = load(grey, file);
  CHECK(report.adapted == "conv1.weight: 3 input channels in the file, 1 in the model");
  CHECK(report.mismatched.empty());
  CHECK(
      report.summary() ==
      "116 tensors loaded (torchvision names); adapted conv1.weight: 3 input channels in the file, 1 in the "
      "model");
  CHECK(grey->conv1->weight.equal(published.sum(1, true)));

  ResNet five = target(10, 5);
  load(five, file);
  for (int64_t channel = 0; channel < 5; ++channel) {
    const at::Tensor expected = published.select(1, channel % 3) * (3.0 / 5);
    CHECK(five->conv1->weight.select(1, channel).equal(expected));
  }
  // A grey picture gives what it gives as a coloured one of three equal channels.
  const at::NoGradGuard no_grad;
  ResNet coloured = source();
  grey->eval();
  const at::Tensor images = hash_pictures(0, 24, 33, 1);
  CHECK(at::allclose(grey->forward(images), coloured->forward(images.expand({2, 3, 24, 33})), 1e-4, 1e-4));
}

TEST_CASE("a deep stem's first convolution is adapted too, in float32 whatever the file's precision") {
  const TemporaryFolder folder;
  const ArchSpec& spec = get_arch("resnet18d");
  ResNet model = hash_filled(spec, {.num_classes = 3});
  const auto halve = [](Tensors& tensors) {
    for (auto& tensor : tensors) {
      if (tensor.second.is_floating_point()) tensor.second = tensor.second.to(at::kHalf);
    }
  };
  ResNet loaded(spec, ResNetOptions{.num_classes = 3, .in_channels = 1, .initialise = false});
  const LoadReport report = load(loaded, file_of(folder / "a.safetensors", model, halve));
  CHECK(report.adapted == "conv1.0.weight: 3 input channels in the file, 1 in the model");
  const at::Tensor published = model->deep_stem->first.conv->weight.to(at::kHalf).to(at::kFloat);
  CHECK(loaded->deep_stem->first.conv->weight.equal(published.sum(1, true)));
}

TEST_CASE("input channels other than three in the file are a mismatch") {
  const TemporaryFolder folder;
  ResNet model = target(10, 1);
  CHECK_THROWS_WITH(load(model, file_of(folder / "a.safetensors", source(10, 4))),
                    Catch::Contains("tensor 'conv1.weight' is [16, 4, 3, 3], the model wants [16, 1, 3, 3]"));
}

TEST_CASE("weights of an integer dtype are refused") {
  const TemporaryFolder folder;
  const auto integer = [](Tensors& tensors) {
    tensors.front().second = tensors.front().second.to(at::kChar);
  };
  ResNet model = target();
  ZOO_CHECK_ERROR(
      load(model, file_of(folder / "a.safetensors", source(), integer)), ErrorCode::unsupported,
      (folder / "a.safetensors").string() +
          ": tensor 'conv1.weight' has dtype int8, expected float64, float32, float16 or bfloat16. Use a "
          "checkpoint that is not quantized.");
}

TEST_CASE("names that no layout knows are refused") {
  const TemporaryFolder folder;
  ResNet model = target();
  const auto foreign = rename([](const std::string& name) { return "x_" + name; });
  const Checkpoint file = file_of(folder / "a.safetensors", source(), foreign);
  CHECK_THROWS_WITH(load(model, file), Catch::Contains("none of its 116 tensor names") &&
                                           Catch::Contains("zoo inspect") &&
                                           Catch::Contains("--rename 'REGEX=TO'"));
  load(model, file, {.renamings = {"^x_="}});
  CHECK(equal(state_dict(model), state_dict(source())));
}

TEST_CASE("what lies beside a whole net is left out and reported") {
  const TemporaryFolder folder;
  const auto change = [](Tensors& tensors) {
    for (auto& [name, tensor] : tensors) name.insert(0, "model.");
    tensors.emplace_back("criterion.weight", at::ones({10}));
    tensors.emplace_back("model.projection.0.weight", at::ones({4, 64}));
  };
  ResNet model = target();
  const LoadReport report = load(model, file_of(folder / "a.safetensors", source(), change));
  CHECK(equal(state_dict(model), state_dict(source())));
  CHECK(report.unexpected == std::vector<std::string>{"criterion.weight", "model.projection.0.weight"});
  CHECK(report.wrapper == "model.");
}

TEST_CASE("every way out that a message names is one") {
  const TemporaryFolder folder;
  ResNet model = target();
  // The renamings of a message: --rename 'REGEX=TO' each.
  const auto renamings_in = [](std::string text) {
    std::vector<std::string> found;
    const std::string flag = "--rename '";
    for (size_t at = text.find(flag); at != std::string::npos; at = text.find(flag, at)) {
      at += flag.size();
      found.push_back(text.substr(at, text.find('\'', at) - at));
    }
    return found;
  };
  SECTION("of a pool with tensors, with the head that they feed") {
    const auto change = [](Tensors& tensors) {
      tensors.emplace_back("avgpool.p", at::ones({1}));
      tensors.emplace_back("neck.0.weight", at::ones({64}));
    };
    const Checkpoint file = file_of(folder / "a.safetensors", source(), change);
    const auto error = error_of([&] { load(model, file); });
    CHECK_THAT(message_of(error), Catch::Contains("between the pictures and the answer") &&
                                      Catch::Contains("'avgpool.p', 'neck.0.weight'") &&
                                      Catch::Contains("gives it a new head"));
    const auto ways = renamings_in(message_of(error));
    REQUIRE(ways.size() == 2);
    load(model, file, {.renamings = ways});
    CHECK(equal(state_dict(model), state_dict(source())));
    ResNet other = target(4);
    CHECK(load(other, file, {.head = HeadPolicy::replace}).head_replaced);
  }
  SECTION("of two nets of which none is the usual choice") {
    const auto change = [](Tensors& tensors) {
      const Tensors others = state_dict(hash_filled(small(), {.num_classes = 10}, 0.5));
      for (auto& [name, tensor] : tensors) name.insert(0, "left.net[0].");
      for (const auto& [name, tensor] : others) tensors.emplace_back("right." + name, tensor);
    };
    const Checkpoint file = file_of(folder / "a.safetensors", source(), change);
    const auto error = error_of([&] { load(model, file); });
    CHECK_THAT(message_of(error), Catch::Contains("holds 2 nets, under 'left.net[0].', 'right.'"));
    const auto ways = renamings_in(message_of(error));
    REQUIRE(ways.size() == 2);
    load(model, file, {.renamings = {ways[0]}});
    CHECK(equal(state_dict(model), state_dict(source())));
    load(model, file, {.renamings = {ways[1]}});
    CHECK(equal(state_dict(model), state_dict(hash_filled(small(), {.num_classes = 10}, 0.5))));
  }
  SECTION("of two tensors that become one") {
    const auto change = [](Tensors& tensors) { tensors.emplace_back("module.fc.bias", at::ones({10})); };
    const Checkpoint file = file_of(folder / "a.safetensors", source(), change);
    const auto error = error_of([&] { load(model, file); });
    CHECK_THAT(message_of(error), Catch::Contains("are both the model's 'fc.bias'"));
    load(model, file, {.renamings = renamings_in(message_of(error))});
    CHECK(equal(state_dict(model), state_dict(source())));
  }
}

TEST_CASE("published CIFAR checkpoints load from their wrappers", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  const std::string depth = GENERATE("20", "56");
  const fs::path folder = corpus / "checkpoints" / "resnet";
  const fs::path path =
      folder / ("akamaster_resnet" + depth + (depth == "20" ? "-12fca82f.th" : "-4bfd9763.th"));
  ResNet model(get_arch("resnet" + depth + "_cifar"), ResNetOptions{.num_classes = 10});
  const LoadReport report = load(model, Checkpoint::open(path));
  CHECK(report.wrapper == "state_dict, module.");
  CHECK(report.translated_from == Layout::akamaster);
  CHECK(report.missing.empty());
  CHECK(model->bn1->running_var.min().item<float>() > 0);
  CHECK(model->bn1->running_var.max().item<float>() != 1);
}
