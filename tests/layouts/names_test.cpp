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
  for (const Layout layout : {Layout::torchvision, Layout::openmmlab, Layout::akamaster}) {
    CHECK(parse_layout(to_string(layout)) == layout);
  }
  CHECK_THROWS_AS(parse_layout("keras"), Error);
}

TEST_CASE("wrapper prefixes are removed only if all names share them") {
  const auto prefix = [](std::vector<std::string> names) { return common_wrapper_prefix(names); };
  CHECK(prefix({"module.conv1.weight", "module.fc.bias"}) == "module.");
  CHECK(prefix({"module._orig_mod.conv1.weight", "module._orig_mod.fc.bias"}) == "module._orig_mod.");
  CHECK(prefix({"model.module.a", "model.module.b"}) == "model.module.");
  CHECK(prefix({"module.conv1.weight", "fc.bias"}).empty());
  CHECK(prefix({"backbone.conv1.weight", "backbone.bn1.bias"}).empty());
  CHECK(prefix({"module.", "module.a"}).empty());
  CHECK(prefix({}).empty());
}
