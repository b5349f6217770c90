#include <catch2/catch.hpp>

#include "zoo/base/error.h"
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
  const auto [layout, arch, lack] = GENERATE(table<Layout, std::string, std::string>({
      {Layout::huggingface, "resnet20_cifar", "7x7"},
      {Layout::huggingface, "resnet50d", "deep stem"},
      {Layout::huggingface, "resnext50_32x4d", "grouped or wider"},
      {Layout::huggingface, "wide_resnet50_2", "grouped or wider"},
      {Layout::huggingface, "resnet50_gn", "group norm"},
      {Layout::huggingface, "seresnet50", "squeeze-and-excitation"},
      {Layout::huggingface, "resnetblur50", "max pool"},
      {Layout::openmmlab, "resnet20_cifar", "shortcut"},
      {Layout::openmmlab, "resnet50t", "n, n and 2n"},
      {Layout::openmmlab, "resnetrs50", "pool behind its stem"},
      {Layout::openmmlab, "senet154", "shortcut with a kernel"},
      {Layout::openmmlab, "seresnet18", "plain bottlenecks"},
      {Layout::openmmlab, "ecaresnet50d", "efficient channel attention"},
      {Layout::openmmlab, "res2next50", "groups in Res2Net"},
      {Layout::openmmlab, "resnest50d_4s2x40d", "before its split attention"},
      {Layout::openmmlab, "test_resnet", "different blocks"},
      {Layout::openmmlab, "ecaresnet50d_pruned", "efficient channel attention"},
      {Layout::torchvision, "resnet50c", "deep stem"},
      {Layout::torchvision, "resnet50_caffe", "first convolution"},
      {Layout::torchvision, "resnetaa50", "pool behind its stem"},
      {Layout::torchvision, "ecaresnetlight", "pool in its shortcuts"},
      {Layout::torchvision, "res2net50_26w_4s", "Res2Net"},
      {Layout::akamaster, "resnet18", "three-stage"},
      {Layout::akamaster, "resnet18_cifar", "three-stage"},
  }));
  INFO(arch << " " << to_string(layout));
  CHECK_THAT(cannot_say(layout, get_arch(arch)), Catch::Contains(lack));
  CHECK(cannot_say(Layout::timm, get_arch(arch)).empty());
}

TEST_CASE("a layout lacks what decides over numbers and shows in no name") {
  ArchSpec spec = get_arch("resnet50");
  for (const Layout layout : named_layouts()) {
    if (layout != Layout::akamaster) CHECK(cannot_say(layout, spec).empty());
  }
  spec.activation = Activation::silu;
  CHECK_THAT(cannot_say(Layout::torchvision, spec), Catch::Contains("activation"));
  CHECK_THAT(cannot_say(Layout::openmmlab, spec), Catch::Contains("activation"));
  CHECK(cannot_say(Layout::huggingface, spec).empty());
  spec.activation = Activation::relu;
  spec.first_stride = 2;
  CHECK_THAT(cannot_say(Layout::torchvision, spec), Catch::Contains("first stage"));
  CHECK(cannot_say(Layout::huggingface, spec).empty());
  CHECK(cannot_say(Layout::akamaster, get_arch("resnet20_cifar_b")).empty());
}

TEST_CASE("parts beyond the plain ResNet have each publisher's names") {
  const auto [arch, layout, canonical,
              foreign] = GENERATE(table<std::string, Layout, std::string, std::string>({
      {"seresnet50", Layout::openmmlab, "layer2.1.se.fc1.bias", "backbone.layer2.1.se_layer.conv1.conv.bias"},
      {"seresnet50", Layout::openmmlab, "layer2.1.se.fc2.weight",
       "backbone.layer2.1.se_layer.conv2.conv.weight"},
      {"resnest50d", Layout::openmmlab, "layer1.0.conv2.bn0.weight", "backbone.layer1.0.conv2.bn0.weight"},
      {"resnest50d", Layout::openmmlab, "layer1.0.downsample.1.weight",
       "backbone.layer1.0.downsample.0.weight"},
      {"res2net50d", Layout::openmmlab, "layer1.0.downsample.1.weight",
       "backbone.layer1.0.downsample.1.weight"},
      {"res2net50d", Layout::openmmlab, "layer3.5.bns.2.weight", "backbone.layer3.5.bns.2.weight"},
      {"res2net50d", Layout::openmmlab, "bn1.running_mean", "backbone.stem.2.bn.running_mean"},
      {"resnet50_gn", Layout::openmmlab, "layer1.0.bn3.bias", "backbone.layer1.0.gn3.bias"},
      {"resnet50_gn", Layout::openmmlab, "bn1.weight", "backbone.gn1.weight"},
      {"resnet50_gn", Layout::openmmlab, "layer1.0.downsample.1.weight",
       "backbone.layer1.0.downsample.1.weight"},
      {"resnet20_cifar_b", Layout::akamaster, "layer2.0.downsample.0.weight", "layer2.0.shortcut.0.weight"},
      {"resnetrs50", Layout::timm, "maxpool.1.running_var", "maxpool.1.running_var"},
      {"ecaresnet50t", Layout::timm, "layer4.2.se.conv.weight", "layer4.2.se.conv.weight"},
  }));
  const ArchSpec& spec = get_arch(arch);
  CHECK(from_canonical(layout, canonical, &spec) == foreign);
  CHECK(to_canonical(layout, foreign, &spec) == canonical);
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
      {Layout::akamaster, "layer2.0.downsample.0.weight"},
      {Layout::timm, "layer1.0.se.fc1.running_mean"},
      {Layout::timm, "layer1.0.conv3.conv.weight"},
      {Layout::timm, "maxpool.2.weight"},
      {Layout::openmmlab, "backbone.layer1.0.se.fc1.weight"},
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
