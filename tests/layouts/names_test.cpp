#include <catch2/catch.hpp>

#include "zoo/core/error.h"
#include "zoo/layouts/layouts.h"

using namespace zoo;

TEST_CASE("a publisher's name becomes the canonical one") {
  CHECK(to_canonical(Layout::torchvision, "layer3.22.bn3.running_var") == "layer3.22.bn3.running_var");
  CHECK(to_canonical(Layout::openmmlab, "backbone.layer1.0.downsample.1.num_batches_tracked") ==
        "layer1.0.downsample.1.num_batches_tracked");
  CHECK(to_canonical(Layout::openmmlab, "head.fc.bias") == "fc.bias");
  CHECK(to_canonical(Layout::openmmlab, "backbone.stem.1.bn.weight") == "conv1.4.weight");
  CHECK(to_canonical(Layout::openmmlab, "backbone.stem.2.bn.weight") == "bn1.weight");
  CHECK(to_canonical(Layout::openmmlab, "backbone.bn1.weight") == "bn1.weight");
  CHECK(to_canonical(Layout::akamaster, "linear.weight") == "fc.weight");
  CHECK(to_canonical(Layout::timm, "conv1.6.weight") == "conv1.6.weight");
}

TEST_CASE("Hugging Face counts stages and convolutions from 0, with or without 'resnet.'") {
  const std::string prefix = GENERATE("", "resnet.");
  CHECK(to_canonical(Layout::huggingface, prefix + "embedder.embedder.normalization.running_var") ==
        "bn1.running_var");
  CHECK(to_canonical(Layout::huggingface, prefix + "encoder.stages.2.layers.10.layer.1.convolution.weight") ==
        "layer3.10.conv2.weight");
  CHECK(to_canonical(Layout::huggingface, prefix + "encoder.stages.0.layers.0.shortcut.normalization.bias") ==
        "layer1.0.downsample.1.bias");
  CHECK(to_canonical(Layout::huggingface, "classifier.1.bias") == "fc.bias");
  CHECK(from_canonical(Layout::huggingface, "layer4.2.bn3.num_batches_tracked") ==
        "resnet.encoder.stages.3.layers.2.layer.2.normalization.num_batches_tracked");
}

TEST_CASE("Flax's and TensorFlow's names and axes are translated") {
  CHECK(to_canonical(Layout::huggingface_flax, "params.resnet.embedder.embedder.convolution.kernel") ==
        "conv1.weight");
  CHECK(to_canonical(Layout::huggingface_flax,
                     "batch_stats.resnet.encoder.stages.1.layers.0.layer.layer_1.normalization.mean") ==
        "layer2.0.bn2.running_mean");
  CHECK(to_canonical(Layout::huggingface_flax,
                     "params.resnet.encoder.stages.1.layers.0.layer.2.normalization.scale") ==
        "layer2.0.bn3.weight");
  CHECK(
      to_canonical(Layout::huggingface_tf, "resnet/encoder/stages.0/layers.0/layer.0/convolution/kernel:0") ==
      "layer1.0.conv1.weight");
  CHECK(to_canonical(Layout::huggingface_tf,
                     "classifier.1.tf_res_net_for_image_classification_1.classifier.1.kernel:0") ==
        "fc.weight");
  CHECK(to_canonical(Layout::huggingface_tf,
                     "resnet.tf_res_net_for_image_classification.resnet.embedder.embedder.normalization."
                     "moving_variance:0") == "bn1.running_var");
  CHECK(canonical_shape(Layout::huggingface_flax, {7, 5, 3, 64}) == std::vector<int64_t>{64, 3, 7, 5});
  CHECK(canonical_shape(Layout::huggingface_tf, {512, 10}) == std::vector<int64_t>{10, 512});
  CHECK(canonical_shape(Layout::huggingface_tf, {8}) == std::vector<int64_t>{8});
  CHECK(canonical_shape(Layout::torchvision, {64, 3, 7, 5}) == std::vector<int64_t>{64, 3, 7, 5});
}

TEST_CASE("a layout says what its models lack") {
  CHECK_THAT(cannot_say(Layout::huggingface, get_arch("resnet20_cifar")), Catch::Contains("7x7"));
  CHECK_THAT(cannot_say(Layout::openmmlab, get_arch("resnet20_cifar")), Catch::Contains("shortcut"));
  CHECK_THAT(cannot_say(Layout::akamaster, get_arch("resnet18")), Catch::Contains("three-stage"));
  CHECK(cannot_say(Layout::akamaster, get_arch("resnet20_cifar")).empty());
  ArchSpec deep = get_arch("resnet50");
  deep.stem = Stem::deep;
  deep.stem_widths = {32, 32, 64};
  CHECK_THAT(cannot_say(Layout::huggingface, deep), Catch::Contains("deep stem"));
  CHECK_THAT(cannot_say(Layout::torchvision, deep), Catch::Contains("deep stem"));
  CHECK(cannot_say(Layout::timm, deep).empty());
  for (const Layout layout : {Layout::torchvision, Layout::timm, Layout::openmmlab, Layout::huggingface})
    CHECK(cannot_say(layout, get_arch("resnet50")).empty());
}

TEST_CASE("a name that a layout does not have has no canonical form") {
  const auto [layout, name] = GENERATE(table<Layout, std::string>({
      {Layout::torchvision, "linear.weight"},
      {Layout::torchvision, "backbone.conv1.weight"},
      {Layout::torchvision, "module.conv1.weight"},
      {Layout::torchvision, "layer1.0.conv1.bias"},
      {Layout::torchvision, "layer1.conv1.weight"},
      {Layout::torchvision, "layer1.0.bn1.weight.extra"},
      {Layout::torchvision, "conv1.weights"},
      {Layout::torchvision, "bn1."},
      {Layout::torchvision, ""},
      {Layout::akamaster, "fc.weight"},
      {Layout::openmmlab, "fc.weight"},
      {Layout::openmmlab, "backbone.fc.weight"},
      {Layout::openmmlab, "backbone.conv1.0.weight"},
      {Layout::openmmlab, "backbone."},
      {Layout::openmmlab, "neck.p"},
      {Layout::huggingface, "conv1.weight"},
      {Layout::huggingface, "resnet.conv1.weight"},
      {Layout::huggingface, "encoder.stages.00.layers.0.layer.0.convolution.weight"},
      {Layout::huggingface, "encoder.stages.-1.layers.0.layer.0.convolution.weight"},
      {Layout::huggingface, "encoder.stages.99999999999.layers.0.layer.0.convolution.weight"},
      {Layout::huggingface, "classifier.weight"},
      {Layout::huggingface_flax, "params.resnet.embedder.embedder.convolution.weight"},
      {Layout::huggingface_flax, "resnet.embedder.embedder.convolution.kernel"},
      {Layout::huggingface_tf, "resnet/embedder/embedder/convolution/kernel"},
      {Layout::huggingface_tf, "kernel:0"},
      {Layout::huggingface_tf, "resnet.tf_res_net_x"},
  }));
  INFO(name);
  CHECK_FALSE(to_canonical(layout, name));
}

TEST_CASE("OpenMMLab numbers the first pooled shortcut as if there were no pool") {
  ArchSpec spec = get_arch("resnet50");
  spec.shortcut = Shortcut::avg_pool_conv;
  CHECK(to_canonical(Layout::openmmlab, "backbone.layer1.0.downsample.0.weight", &spec) ==
        "layer1.0.downsample.1.weight");
  CHECK(to_canonical(Layout::openmmlab, "backbone.layer2.0.downsample.1.weight", &spec) ==
        "layer2.0.downsample.1.weight");
  CHECK(from_canonical(Layout::openmmlab, "layer1.0.downsample.2.bias", &spec) ==
        "backbone.layer1.0.downsample.1.bias");
}

TEST_CASE("layouts have names") {
  for (const Layout layout : {Layout::torchvision, Layout::timm, Layout::openmmlab, Layout::huggingface,
                              Layout::akamaster, Layout::huggingface_flax, Layout::huggingface_tf}) {
    CHECK(parse_layout(to_string(layout)) == layout);
  }
  CHECK_THROWS_AS(parse_layout("keras"), Error);
}

TEST_CASE("wrapper prefixes are removed only if all names share them") {
  const auto prefix = [](std::vector<std::string> names) { return common_wrapper_prefix(names); };
  CHECK(prefix({"module.conv1.weight", "module.fc.bias"}) == "module.");
  CHECK(prefix({"module._orig_mod.conv1.weight", "module._orig_mod.fc.bias"}) == "module._orig_mod.");
  CHECK(prefix({"model.module.a", "model.module.b"}) == "model.module.");
  CHECK(prefix({"state_dict.module.a", "state_dict.module.b"}) == "state_dict.module.");
  CHECK(prefix({"module.conv1.weight", "fc.bias"}).empty());
  CHECK(prefix({"backbone.conv1.weight", "backbone.bn1.bias"}).empty());
  CHECK(prefix({"module.", "module.a"}).empty());
  CHECK(prefix({}).empty());
}

TEST_CASE("Flax's and TensorFlow's names lead back to the tensors that they were made of") {
  const Layout layout = GENERATE(Layout::huggingface_flax, Layout::huggingface_tf);
  const ArchSpec& spec = get_arch(GENERATE("resnet18", "resnet50"));
  CAPTURE(to_string(layout), spec.name);
  for (const TensorSpec& tensor : list_tensors(spec, {.num_classes = 5})) {
    const std::string name = from_canonical(layout, tensor.name, &spec);
    CAPTURE(tensor.name, name);
    if (tensor.role == Role::counter) {
      CHECK(name.empty());
      continue;
    }
    CHECK(to_canonical(layout, name) == tensor.name);
    std::vector<int64_t> foreign;
    const auto axes = foreign_axes(layout, tensor.shape.size());
    for (size_t i = 0; i < tensor.shape.size(); ++i)
      foreign.push_back(tensor.shape[axes.empty() ? i : axes[i]]);
    CHECK(canonical_shape(layout, foreign) == tensor.shape);
  }
}
