// weights.json against the architectures: what it says of sizes follows from the specs.
#include <set>

#include <catch2/catch.hpp>

#include "zoo/arch/arch.h"
#include "zoo/layouts/layouts.h"
#include "zoo/manifest/manifest.h"

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

namespace {

// Whether a record can be what the bare name of its architecture means at all.
bool has_published_head(const WeightRecord& record) {
  return record.num_classes == get_arch(record.arch).num_classes && !record.metrics.empty();
}

bool is_free(const WeightRecord& record) {
  return record.license.find("no commercial") == std::string::npos;
}

}  // namespace

TEST_CASE("the default of an architecture follows the written rule") {
  for (const WeightRecord& chosen : shipped().records()) {
    if (!chosen.is_default) continue;
    for (const WeightRecord& other : shipped().records()) {
      if (other.arch != chosen.arch || !has_published_head(other)) continue;
      INFO(chosen.name << " is preferred to " << other.name);
      REQUIRE(has_published_head(chosen));
      const bool torchvisions = chosen.source == "torchvision" && other.source != "torchvision";
      const bool freer = is_free(chosen) && !is_free(other);
      CHECK((torchvisions || freer || chosen.metrics[0].top1 >= other.metrics[0].top1));
    }
  }
}

TEST_CASE("what the manifest says of a weight is complete") {
  for (const WeightRecord& record : shipped().records()) {
    INFO(record.name);
    CHECK_FALSE(record.license.empty());
    CHECK_FALSE(record.origin.empty());
    CHECK_FALSE(record.paper.empty());
    // Whoever does not know the head says why.
    CHECK((record.num_classes.has_value() || !record.notes.empty()));
    // Labels are there for every head.
    CHECK(record.num_classes.has_value() != record.labels.empty());
    if (record.preprocess.crop_px > 0) CHECK(record.preprocess.resize_px >= record.preprocess.crop_px);
  }
}

TEST_CASE("what other libraries and pages call a weight leads to it") {
  const auto means = [](const char* name) { return shipped().get(name).name; };
  CHECK(means("ResNet50_Weights.IMAGENET1K_V2") == "resnet50.tv2_in1k");
  CHECK(means("resnet50_8xb32_in1k") == "resnet50.mm_in1k");
  CHECK(means("mmcls://resnet50") == "resnet50.mm_in1k");
  CHECK(means("timm/resnet50.a1_in1k") == "resnet50.a1_in1k");
  CHECK(means("gluon_resnet50_v1b") == "resnet50.gluon_in1k");
  CHECK(means("microsoft/resnet-50") == "resnet50.hf_in1k");
  CHECK(means("resnet50_a1_0-14fe96d1.pth") == "resnet50.a1_in1k");
  CHECK(means("https://download.pytorch.org/models/resnet18-5c106cde.pth") == "resnet18.tv_in1k");
  CHECK(means("https://huggingface.co/timm/resnet50.tv2_in1k/resolve/main/model.safetensors") ==
        "resnet50.tv2_in1k");
}
