#include <catch2/catch.hpp>

#include <algorithm>

#include "zoo/layouts/layouts.h"

using namespace zoo;

namespace {

std::vector<NamedShape> file_of(std::string_view arch, Layout layout, const TensorListOptions& options = {},
                                const std::string& prefix = {}) {
  std::vector<NamedShape> tensors;
  const ArchSpec& spec = get_arch(arch);
  for (const TensorSpec& tensor : list_tensors(spec, options)) {
    tensors.push_back({prefix + from_canonical(layout, tensor.name, &spec), tensor.shape});
  }
  return tensors;
}

void drop(std::vector<NamedShape>& tensors, std::string_view ending) {
  std::erase_if(tensors, [&](const NamedShape& tensor) { return tensor.name.ends_with(ending); });
}

}  // namespace

namespace {

// What a name and a shape for each tensor cannot tell apart from spec: such as differ in the place of a
// stride.
std::vector<std::string_view> same_tensors(const ArchSpec& spec) {
  const auto lines = [](const ArchSpec& of) {
    std::vector<std::pair<std::string, std::vector<int64_t>>> list;
    for (const TensorSpec& tensor : list_tensors(of)) list.emplace_back(tensor.name, tensor.shape);
    return list;
  };
  std::vector<std::string_view> names;
  const auto own = lines(spec);
  const int64_t params = count_parameters(spec);
  for (const ArchSpec& other : arch_table()) {
    if (other.depths == spec.depths && count_parameters(other) == params && lines(other) == own)
      names.push_back(other.name);
  }
  return names;
}

}  // namespace

TEST_CASE("a file of any architecture fits it in any layout, and first the usual one of its tensors") {
  for (const ArchSpec& spec : arch_table()) {
    const auto same = same_tensors(spec);
    for (const Layout layout : named_layouts()) {
      if (!cannot_say(layout, spec).empty()) continue;
      INFO(spec.name << " " << to_string(layout));
      const auto fits =
          fit_archs(file_of(spec.name, layout, {.num_classes = 7, .in_channels = 4}, "module."));
      std::vector<std::string_view> exact;
      for (const ArchFit& fit : fits) {
        if (fit.exact()) exact.push_back(fit.arch->name);
      }
      CHECK(exact == same);
      REQUIRE_FALSE(fits.empty());
      CHECK(fits.front().exact());
      CHECK(fits.front().prefix == "module.");
      CHECK(fits.front().num_classes == 7);
      CHECK(fits.front().in_channels == 4);
      // timm's names are torchvision's where torchvision has the parts.
      if (layout != Layout::timm) CHECK(fits.front().layout == layout);
    }
  }
}

TEST_CASE("the usual architecture comes before others with the same tensors") {
  CHECK(same_tensors(get_arch("resnetaa50")) ==
        std::vector<std::string_view>{"resnet50", "resnetblur50", "resnetaa50", "resnet50_caffe"});
  CHECK(same_tensors(get_arch("resnetblur101d")).front() == "resnet101d");
  CHECK(same_tensors(get_arch("seresnextaa101d_32x8d")).front() == "seresnext101d_32x8d");
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
  tensors.push_back({"layer4.1.se.fc1.weight", {3, 512, 1, 1}});
  tensors.push_back({"conv2.weight", {3}});
  tensors.push_back({"optimizer.momentum", {3}});  // beside the net
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
  CHECK(recognised({"conv1.weight", "layer1.0.se.fc1.weight"}) == Layout::timm);
  CHECK(recognised({"conv1.0.weight", "fc.weight"}) == Layout::timm);
  CHECK(recognised({"layer2.0.shortcut.0.weight", "conv1.weight"}) == Layout::akamaster);
  CHECK(recognised({"conv1.weight", "linear.weight"}) == Layout::akamaster);
  CHECK(recognised({"backbone.conv1.weight", "data_preprocessor.mean"}) == Layout::openmmlab);
  CHECK(recognised({"embedder.embedder.convolution.weight"}) == Layout::huggingface);
  CHECK(recognised({"params.classifier.1.kernel", "conv1.weight", "params.classifier.1.bias"}) ==
        Layout::huggingface_flax);
  CHECK(recognised({"classifier.1/kernel:0"}) == Layout::huggingface_tf);
  CHECK_FALSE(recognised({"features.0.weight"}));
}

TEST_CASE("a Flax file fits the architecture whose tensors it has with their axes in another order") {
  std::vector<NamedShape> tensors;
  for (TensorSpec& tensor : list_tensors(get_arch("resnet18"))) {
    if (tensor.role == Role::counter) continue;
    std::string name = from_canonical(Layout::huggingface, tensor.name);
    const bool statistic = tensor.is_buffer();
    const size_t dot = name.rfind('.');
    const std::string leaf = statistic                          ? name.substr(dot + 9)
                             : tensor.role == Role::norm_weight ? "scale"
                             : name.ends_with("weight")         ? "kernel"
                                                                : "bias";
    auto& shape = tensor.shape;
    if (shape.size() == 4) shape = {shape[2], shape[3], shape[1], shape[0]};
    if (shape.size() == 2) std::swap(shape[0], shape[1]);
    tensors.push_back({(statistic ? "batch_stats." : "params.") + name.substr(0, dot + 1) + leaf, shape});
  }
  const auto fits = fit_archs(tensors);
  REQUIRE_FALSE(fits.empty());
  CHECK(fits.front().arch->name == "resnet18");
  CHECK(fits.front().exact());
  CHECK(fits.front().num_classes == 1000);
}

TEST_CASE("every architecture without odd widths follows from its tensors") {
  const int64_t classes = GENERATE(0, 5);
  for (const ArchSpec& spec : arch_table()) {
    INFO(spec.name);
    std::vector<NamedShape> tensors;
    for (const TensorSpec& tensor : list_tensors(spec, {.num_classes = classes, .in_channels = 1}))
      tensors.push_back({tensor.name, tensor.shape});
    const auto inferred = infer_arch(tensors);
    REQUIRE(inferred.has_value() == (spec.pruned.empty() && spec.stage_blocks.empty()));
    if (!inferred) continue;
    CHECK(inferred->depths == spec.depths);
    CHECK(inferred->channels == spec.channels);
    CHECK(inferred->shortcut == spec.shortcut);
    CHECK(inferred->shortcut_kernel == spec.shortcut_kernel);
    CHECK((inferred->stem_pool == StemPool::conv) == (spec.stem_pool == StemPool::conv));
    CHECK(inferred->attention == spec.attention);
    CHECK(inferred->norm == spec.norm);
    CHECK(inferred->groups == spec.groups);
    CHECK(inferred->base_width == spec.base_width);
    CHECK(inferred->reduce_first == spec.reduce_first);
    CHECK(inferred->scales == spec.scales);
    CHECK(inferred->radix == spec.radix);
    CHECK(inferred->pool_first == spec.pool_first);
    CHECK(inferred->num_classes == classes);
    tensors.pop_back();
    if (classes > 0) CHECK_FALSE(infer_arch(tensors));
  }
  CHECK_FALSE(infer_arch(std::vector<NamedShape>{}));
}

TEST_CASE("a head that reads two pools side by side is known by its width") {
  const TensorListOptions options{.num_classes = 5, .global_pool = GlobalPool::cat_avg_max};
  const auto tensors = file_of("resnet50", Layout::timm, options);
  CHECK(tensors[tensors.size() - 2].shape == std::vector<int64_t>{5, 4096});
  CHECK(count_parameters(get_arch("resnet50"), options) ==
        count_parameters(get_arch("resnet50"), {.num_classes = 5}) + 5 * 2048);
  const auto fits = fit_archs(tensors);
  REQUIRE_FALSE(fits.empty());
  CHECK(fits.front().exact());
  CHECK(fits.front().arch->name == "resnet50");
  CHECK(fits.front().global_pool == GlobalPool::cat_avg_max);
  CHECK(infer_arch(tensors).has_value());
  CHECK(fit_archs(file_of("resnet50", Layout::timm)).front().global_pool == GlobalPool::avg);

  auto odd = tensors;
  odd[odd.size() - 2].shape = {5, 3 * 2048};
  CHECK(fit_archs(odd).empty());
  CHECK_FALSE(infer_arch(odd));
}

TEST_CASE("timm's models alone are built with other pools and strides") {
  CHECK(cannot_say(Layout::timm, GlobalPool::cat_avg_max, 8).empty());
  for (const Layout layout : {Layout::torchvision, Layout::openmmlab, Layout::huggingface_tf}) {
    CHECK(cannot_say(layout, GlobalPool::avg, 0).empty());
    CHECK(cannot_say(layout, GlobalPool::max, 0) == "has no global pool but the mean");
    CHECK(cannot_say(layout, GlobalPool::avg, 16) == "has no stride but the published one");
  }
}

TEST_CASE("unusual nets follow from their tensors too") {
  ArchSpec spec = get_arch("resnet50");
  SECTION("deep stem and pooled shortcuts") {
    spec.stem = Stem::deep;
    spec.stem_widths = {24, 32, 64};
    spec.shortcut = Shortcut::avg_pool_conv;
  }
  SECTION("grouped") {
    spec.groups = 32;
    spec.base_width = 4;
  }
  SECTION("wide") {
    spec.base_width = 128;
  }
  SECTION("a stride in the first stage, squeezed to a quarter") {
    spec = get_arch("seresnet18");
    spec.first_stride = 2;
    spec.se_reduction = 4;
  }
  SECTION("two small stages") {
    spec.num_stages = 2;
    spec.depths = {1, 2};
    spec.channels = {16, 32};
    spec.stem_widths = {8, 0, 0};
  }
  std::vector<NamedShape> tensors;
  for (const TensorSpec& tensor : list_tensors(spec)) tensors.push_back({tensor.name, tensor.shape});
  const auto inferred = infer_arch(tensors);
  REQUIRE(inferred);
  CHECK(inferred->depths == spec.depths);
  CHECK(inferred->stem_widths == spec.stem_widths);
  CHECK(inferred->shortcut == spec.shortcut);
  CHECK(inferred->groups == spec.groups);
  CHECK(inferred->base_width == spec.base_width);
  CHECK(inferred->first_stride == spec.first_stride);
  CHECK(inferred->se_reduction == spec.se_reduction);
}
