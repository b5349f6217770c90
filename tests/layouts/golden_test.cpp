// Tensor lists and counts against the real models; golden/layouts/make_layouts.py made the numbers.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "zoo/base/file.h"
#include "zoo/base/sha256.h"
#include "zoo/layouts/layouts.h"

using namespace zoo;

namespace {

nlohmann::json reference_models() {
  return nlohmann::json::parse(read_text(ZOO_SOURCE_DIR "/tests/golden/layouts/layouts.json")).at("models");
}

// "name dim dim ...", one a line; sorted for the publishers that order a block's tensors otherwise.
std::vector<std::string> tensor_lines(const ArchSpec& spec, Layout layout) {
  std::vector<std::string> lines;
  for (const TensorSpec& tensor : list_tensors(spec, {.num_classes = spec.num_classes})) {
    std::string& line = lines.emplace_back(from_canonical(layout, tensor.name, &spec));
    for (const int64_t size : tensor.shape) line += " " + std::to_string(size);
    line += "\n";
  }
  if (layout == Layout::openmmlab || layout == Layout::huggingface) std::ranges::sort(lines);
  return lines;
}

std::string short_hash(const std::vector<std::string>& lines) {
  Sha256 hash;
  for (const std::string& line : lines) hash.update(std::as_bytes(std::span(line)));
  return hash.hex().substr(0, 16);
}

}  // namespace

TEST_CASE("every tensor has the reference model's name, shape and place") {
  for (const auto& model : reference_models()) {
    INFO(model.dump());
    const ArchSpec& spec = get_arch(model.at("arch").get<std::string>());
    const Layout layout = parse_layout(model.at("layout").get<std::string>());
    const TensorListOptions options{.num_classes = spec.num_classes};
    const auto lines = tensor_lines(spec, layout);
    CHECK(lines.size() == model.at("tensors").get<size_t>());
    CHECK(short_hash(lines) == model.at("sha256").get<std::string>());
    CHECK(cannot_say(layout, spec).empty());
    CHECK(count_parameters(spec, options) == model.at("params").get<int64_t>());
    CHECK(count_macs(spec, model.at("height"), model.at("width"), options) ==
          model.at("macs").get<int64_t>());
  }
}

TEST_CASE("a name that a layout can give comes back as it was") {
  for (const ArchSpec& spec : arch_table()) {
    for (const Layout layout : named_layouts()) {
      if (!cannot_say(layout, spec).empty()) continue;
      INFO(spec.name << " " << to_string(layout));
      CHECK(std::ranges::all_of(list_tensors(spec), [&](const TensorSpec& tensor) {
        return to_canonical(layout, from_canonical(layout, tensor.name, &spec), &spec) == tensor.name;
      }));
    }
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
