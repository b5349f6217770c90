// weights.json against the architectures: what it says of sizes follows from the specs.
#include <set>

#include <catch2/catch.hpp>

#include "zoo/core/arch.h"
#include "zoo/core/manifest.h"
#include "zoo/layouts/layouts.h"

using namespace zoo;

namespace {

const Manifest& shipped() {
  static const Manifest manifest = Manifest::load(std::filesystem::path(ZOO_SOURCE_DIR) / "weights.json");
  return manifest;
}

}  // namespace

TEST_CASE("parameters and operations of every record are those of its architecture") {
  for (const WeightRecord& record : shipped().records()) {
    INFO(record.name);
    const ArchSpec& arch = get_arch(record.arch);
    const TensorListOptions options{.num_classes = record.num_classes.value_or(0)};
    const int64_t side = record.preprocess.crop_px > 0 ? record.preprocess.crop_px : arch.input_px;
    CHECK(record.params == count_parameters(arch, options));
    CHECK(record.macs == count_macs(arch, side, side, options));
  }
}

TEST_CASE("every layout and format of the manifest is one that zoo knows") {
  const std::set<std::string> formats{"", "zip", "legacy", "tar", "safetensors"};
  for (const WeightRecord& record : shipped().records()) {
    for (const WeightFile& file : record.files) {
      INFO(file.name);
      CHECK(to_string(parse_layout(file.layout)) == file.layout);
      CHECK(formats.contains(file.format));
    }
  }
}

TEST_CASE("the default of an architecture follows the written rule") {
  const Manifest& manifest = shipped();
  for (const ArchSpec& arch : arch_table()) {
    const WeightRecord& chosen = manifest.get(arch.name);
    INFO(chosen.name);
    CHECK(chosen.num_classes == arch.num_classes);
    REQUIRE_FALSE(chosen.metrics.empty());
    for (const WeightRecord& other : manifest.records()) {
      if (other.arch != arch.name || other.num_classes != arch.num_classes || other.metrics.empty()) continue;
      const bool preferred = chosen.source == "torchvision" && other.source != "torchvision";
      CHECK((preferred || chosen.metrics[0].top1 >= other.metrics[0].top1));
    }
  }
}
