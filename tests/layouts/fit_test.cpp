#include <catch2/catch.hpp>

#include <algorithm>

#include "zoo/layouts/layouts.h"

using namespace zoo;

namespace {

std::vector<NamedShape> file_of(std::string_view arch, Layout layout, const TensorListOptions& options = {},
                                const std::string& prefix = {}) {
  std::vector<NamedShape> tensors;
  for (const TensorSpec& tensor : list_tensors(get_arch(arch), options)) {
    tensors.push_back({prefix + from_canonical(layout, tensor.name), tensor.shape});
  }
  return tensors;
}

void drop(std::vector<NamedShape>& tensors, std::string_view ending) {
  std::erase_if(tensors, [&](const NamedShape& tensor) { return tensor.name.ends_with(ending); });
}

}  // namespace

TEST_CASE("a file of any architecture in any layout fits that architecture first") {
  const Layout layout = GENERATE(Layout::torchvision, Layout::openmmlab, Layout::akamaster);
  for (const ArchSpec& spec : arch_table()) {
    INFO(spec.name << " " << to_string(layout));
    const auto fits = fit_archs(file_of(spec.name, layout, {.num_classes = 7, .in_channels = 4}, "module."));
    REQUIRE_FALSE(fits.empty());
    CHECK(fits.front().arch == &spec);
    CHECK(fits.front().exact());
    CHECK(fits.front().layout == layout);
    CHECK(fits.front().prefix == "module.");
    CHECK(fits.front().num_classes == 7);
    CHECK(fits.front().in_channels == 4);
    CHECK(std::ranges::count_if(fits, &ArchFit::exact) == 1);
  }
}

TEST_CASE("a file without counters fits exactly") {
  auto tensors = file_of("resnet56_cifar", Layout::akamaster);
  drop(tensors, "num_batches_tracked");
  CHECK(fit_archs(tensors).front().exact());
}

TEST_CASE("a file without a head fits exactly and has zero classes") {
  const auto fits = fit_archs(file_of("resnet50", Layout::openmmlab, {.num_classes = 0}));
  REQUIRE_FALSE(fits.empty());
  CHECK(fits.front().exact());
  CHECK(fits.front().num_classes == 0);
  CHECK(fits.front().layout == Layout::openmmlab);
}

TEST_CASE("missing and unexpected tensors are counted") {
  auto tensors = file_of("resnet18", Layout::torchvision);
  drop(tensors, "layer4.1.conv2.weight");
  tensors.push_back({"optimizer.momentum", {3}});
  tensors.push_back({"epoch", {}});
  const auto fits = fit_archs(tensors);
  REQUIRE_FALSE(fits.empty());
  CHECK(fits.front().arch->name == "resnet18");
  CHECK(fits.front().missing == 1);
  CHECK(fits.front().unexpected == 2);
}

TEST_CASE("one tensor of another shape rules an architecture out") {
  auto tensors = file_of("resnet18", Layout::torchvision);
  tensors.front().shape = {64, 3, 5, 5};
  CHECK(fit_archs(tensors).empty());
}

TEST_CASE("files of other nets fit nothing") {
  CHECK(fit_archs({}).empty());
  CHECK(fit_archs(std::vector<NamedShape>{{"weight", {3, 3}}, {"bias", {3}}}).empty());
  CHECK(fit_archs(std::vector<NamedShape>{{"fc.weight", {3}}, {"conv1.weight", {}}}).empty());
  CHECK(fit_archs(std::vector<NamedShape>{{"fc.weight", {10, 64}}, {"fc.bias", {10}}}).empty());
}

TEST_CASE("the layout with the most known names is recognised") {
  const auto recognised = [](std::vector<std::string> names) { return recognise_layout(names); };
  CHECK(recognised({"conv1.weight", "fc.weight"}) == Layout::torchvision);
  CHECK(recognised({"conv1.weight", "linear.weight"}) == Layout::akamaster);
  CHECK(recognised({"backbone.conv1.weight", "data_preprocessor.mean"}) == Layout::openmmlab);
  CHECK_FALSE(recognised({"features.0.weight"}));
}
