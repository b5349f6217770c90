// Tensor lists and counts against the real models; golden/layouts/make_layouts.py made the numbers.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>

#include "zoo/core/file.h"
#include "zoo/core/sha256.h"
#include "zoo/layouts/layouts.h"

using namespace zoo;

namespace {

nlohmann::json reference_models() {
  return nlohmann::json::parse(read_text(ZOO_SOURCE_DIR "/tests/golden/layouts/layouts.json")).at("models");
}

// Specs whose parts the table does not use, so that their rules are held against real models all the same.
std::map<std::string, ArchSpec> other_specs() {
  const auto with = [](std::string_view base, auto change) {
    ArchSpec spec = get_arch(base);
    change(spec);
    return spec;
  };
  const auto deep = [](ArchSpec& spec) {
    spec.stem = Stem::deep;
    spec.stem_widths = {32, 32, 64};
  };
  const auto deep_and_pooled = [&](ArchSpec& spec) {
    deep(spec);
    spec.shortcut = Shortcut::avg_pool_conv;
  };
  return {
      {"resnet18d", with("resnet18", deep_and_pooled)},
      {"resnet50c", with("resnet50", deep)},
      {"resnet50d", with("resnet50", deep_and_pooled)},
      {"resnext50_32x4d", with("resnet50",
                               [](ArchSpec& spec) {
                                 spec.groups = 32;
                                 spec.base_width = 4;
                               })},
      {"wide_resnet50_2", with("resnet50", [](ArchSpec& spec) { spec.base_width = 128; })},
  };
}

}  // namespace

TEST_CASE("every tensor has the reference model's name, shape and place") {
  const auto others = other_specs();
  for (const auto& model : reference_models()) {
    INFO(model.dump());
    const std::string arch = model.at("arch");
    const ArchSpec& spec = others.contains(arch) ? others.at(arch) : get_arch(arch);
    const Layout layout = parse_layout(model.at("layout").get<std::string>());
    const TensorListOptions options{.num_classes = spec.num_classes};

    const auto tensors = list_tensors(spec, options);
    Sha256 hash;
    bool names_return = true;
    for (const TensorSpec& tensor : tensors) {
      const std::string name = from_canonical(layout, tensor.name, &spec);
      names_return = names_return && to_canonical(layout, name, &spec) == tensor.name;
      std::string line = name;
      for (const int64_t size : tensor.shape) line += " " + std::to_string(size);
      line += "\n";
      hash.update(std::as_bytes(std::span(line)));
    }
    CHECK(tensors.size() == model.at("tensors").get<size_t>());
    CHECK(hash.hex() == model.at("sha256").get<std::string>());
    CHECK(names_return);
    CHECK(count_parameters(spec, options) == model.at("params").get<int64_t>());
    CHECK(count_macs(spec, model.at("height"), model.at("width"), options) ==
          model.at("macs").get<int64_t>());
  }
}

TEST_CASE("every architecture of the table has a reference model") {
  const auto models = reference_models();
  for (const ArchSpec& spec : arch_table()) {
    INFO(spec.name);
    CHECK(std::any_of(models.begin(), models.end(),
                      [&](const auto& model) { return model.at("arch") == spec.name; }));
  }
}

TEST_CASE("learnable tensors add up to the parameter count") {
  for (const ArchSpec& spec : arch_table()) {
    INFO(spec.name);
    int64_t sum = 0;
    for (const TensorSpec& tensor : list_tensors(spec)) sum += tensor.is_buffer() ? 0 : tensor.numel();
    CHECK(sum == count_parameters(spec));
  }
}

TEST_CASE("zero classes leave the head out, input channels change the first convolution alone") {
  const ArchSpec& spec = get_arch("resnet18");
  CHECK(list_tensors(spec).size() - list_tensors(spec, {.num_classes = 0}).size() == 2);
  CHECK(count_parameters(spec, {.num_classes = 0}) == 11'176'512);
  CHECK(count_parameters(spec) - count_parameters(spec, {.in_channels = 1}) == 64 * 2 * 7 * 7);
  CHECK(count_macs(spec, 64, 64) - count_macs(spec, 64, 64, {.num_classes = 0}) == 512 * 1000);
}
