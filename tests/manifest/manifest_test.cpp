// The shipped weights.json, and how names find records.
#include "zoo/manifest/manifest.h"

#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/arch/arch.h"
#include "zoo/base/file.h"
#include "zoo/base/sha256.h"
#include "zoo/base/url.h"
#include "zoo/manifest/class_match.h"

using namespace zoo;
namespace fs = std::filesystem;

namespace {

const Manifest& shipped() {
  static const Manifest manifest = Manifest::load(fs::path(ZOO_SOURCE_DIR) / "weights.json");
  return manifest;
}

std::string name_of(const WeightRecord* record) {
  return record == nullptr ? "" : record->name;
}

}  // namespace

TEST_CASE("the bare name of an architecture is its default weight, or is told to have none") {
  std::set<std::string_view> with_weights;
  for (const WeightRecord& record : shipped().records()) with_weights.insert(record.arch);
  CHECK(with_weights.size() >= 100);
  for (const ArchSpec& arch : arch_table()) {
    INFO(arch.name);
    const std::string name(arch.name);
    if (with_weights.contains(arch.name)) {
      CHECK(shipped().get(name).arch == name);
      CHECK(shipped().get(name).is_default);
    } else {
      ZOO_CHECK_ERROR(
          shipped().get(name), ErrorCode::not_found,
          "architecture '" + name + "' has no published weights. 'zoo list' shows those that have.");
    }
  }
}

TEST_CASE("names, bare architectures, foreign names, file names and URLs find their record") {
  const Manifest& manifest = shipped();
  CHECK(name_of(manifest.find("resnet50.mm_in1k")) == "resnet50.mm_in1k");
  CHECK(name_of(manifest.find("resnet50")) == "resnet50.tv2_in1k");
  CHECK(name_of(manifest.find("resnet18")) == "resnet18.tv_in1k");
  CHECK(name_of(manifest.find("resnet20_cifar")) == "resnet20_cifar.akamaster_cifar10");
  CHECK(name_of(manifest.find("ResNet50_Weights.IMAGENET1K_V1")) == "resnet50.tv_in1k");
  CHECK(name_of(manifest.find("ResNet50_Weights.DEFAULT")) == "resnet50.tv2_in1k");
  CHECK(name_of(manifest.find("resnet50_8xb256-rsb-a1-600e_in1k")) == "resnet50.mm_rsb_a1_in1k");
  CHECK(name_of(manifest.find("resnet50-19c8e357.pth")) == "resnet50.tv_in1k");
  CHECK(name_of(manifest.find("https://download.pytorch.org/models/resnet50-11ad3fa6.pth")) ==
        "resnet50.tv2_in1k");
  CHECK(manifest.find("resnet50.pth") == nullptr);
  CHECK(manifest.find("") == nullptr);
  CHECK(
      name_of(manifest.find_by_sha256("12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8")) ==
      "resnet20_cifar.akamaster_cifar10");
  CHECK(manifest.find_by_sha256("") == nullptr);
}

TEST_CASE("an unknown name gets the nearest ones") {
  ZOO_CHECK_ERROR(shipped().get("resnet5O"), ErrorCode::not_found,
                  "unknown model 'resnet5O'. Did you mean 'resnet50'? 'zoo list' shows all names.");
  ZOO_CHECK_ERROR(shipped().get("resnet101.t"), ErrorCode::not_found,
                  "unknown model 'resnet101.t'. Did you mean 'resnet101', 'resnet10t' or 'resnet101c'? 'zoo "
                  "list' shows all names.");
  ZOO_CHECK_ERROR(
      shipped().get("resnet1202_ci"), ErrorCode::not_found,
      "unknown model 'resnet1202_ci'. Did you mean 'resnet1202_cifar'? 'zoo list' shows all names.");
  ZOO_CHECK_ERROR(
      shipped().get("ResNet34_W"), ErrorCode::not_found,
      "unknown model 'ResNet34_W'. Did you mean 'resnet34' or 'resnet34d'? 'zoo list' shows all names.");
  ZOO_CHECK_ERROR(shipped().get("quux"), ErrorCode::not_found,
                  "unknown model 'quux'. 'zoo list' shows all names.");
}

TEST_CASE("label sets have the classes that their data sets have") {
  const Manifest& manifest = shipped();
  const std::map<std::string, size_t> sizes{{"imagenet-1k", 1000},
                                            {"cifar10", 10},
                                            {"cifar100", 100},
                                            {"cub-200-2011", 200},
                                            {"stanford-cars", 196}};
  for (const auto& [name, size] : sizes) CHECK(manifest.label_set(name).names.size() == size);
  CHECK(manifest.label_set("imagenet-1k").names[134] == "crane bird");
  CHECK(manifest.label_set("imagenet-1k").names[517] == "crane");
  CHECK(manifest.label_set("cifar10").names[9] == "truck");
  // A synset has one name in all of ImageNet's sets.
  CHECK(manifest.label_set("imagenet-12k").names[0] == "benthos");
  const auto label_of = [&](const std::string& set, const std::string& id) {
    const LabelSet& labels = manifest.label_set(set);
    const int64_t index = match_classes({id}, labels, std::ssize(labels.names)).indices.front();
    return labels.names[static_cast<size_t>(index)];
  };
  CHECK(label_of("imagenet-21k-miil", "n01440764") == "tench");
  CHECK(label_of("imagenet-21k-goog", "n03126707") == "crane");
  for (const WeightRecord& record : manifest.records()) {
    if (!record.labels.empty())
      CHECK(static_cast<int64_t>(manifest.label_set(record.labels).names.size()) == record.num_classes);
  }
  ZOO_CHECK_ERROR(
      manifest.label_set("mnist"), ErrorCode::not_found,
      std::string("no label set 'mnist' in the manifest. Known: cifar10, cifar100, cub-200-2011, ") +
          "drawn-shapes, imagenet-12k, imagenet-1k, imagenet-21k-goog, imagenet-21k-miil, stanford-cars.");
}

TEST_CASE("what the publishers print of parameters and operations agrees with ours") {
  // They round differently and count norms or not; a wrong digit would still be farther off than this.
  constexpr double kParamsTolerance =
      0.012;  // "0.27" of 269,722 and "0.66" of 658,586 are rounded to two digits
  constexpr double kMacsTolerance = 0.013;  // group norms count for timm, and every norm for OpenMMLab
  constexpr double kMacsMargin = 0.005e9;   // two decimals of 1e9
  const std::set<std::string> misprinted{"resnet34.mm_in1k", "resnet50.mm_mill_in21k"};  // see their notes
  for (const WeightRecord& record : shipped().records()) {
    INFO(record.name);
    if (misprinted.contains(record.name)) continue;
    if (record.published_params_m) {
      CHECK(*record.published_params_m * 1e6 ==
            Approx(record.params).epsilon(kParamsTolerance).margin(0.05e6));
    }
    if (record.published_gmacs) {
      CHECK(*record.published_gmacs * 1e9 == Approx(record.macs).epsilon(kMacsTolerance).margin(kMacsMargin));
    }
  }
}

TEST_CASE("preprocessing is the publisher's") {
  const auto of = [](const char* name) { return shipped().get(name).preprocess; };
  CHECK(of("resnet50.tv_in1k") == Preprocess{});  // torchvision's V1 is the default of the type
  CHECK(of("resnet50.tv2_in1k") == Preprocess{.resize_px = 232});
  CHECK(of("resnet50.mm_in1k") ==
        Preprocess{.backend = Backend::opencv, .exif = true, .pad_to_crop = false, .value_range = 255});
  CHECK(of("resnet50.mm_rsb_a1_in1k") == Preprocess{.resize_px = 236,
                                                    .interpolation = Interpolation::bicubic,
                                                    .exif = true,
                                                    .pad_to_crop = false,
                                                    .value_range = 255});
  CHECK(of("resnet50.mm_cub200") == Preprocess{.resize = ResizeMode::square,
                                               .resize_px = 600,
                                               .crop_px = 448,
                                               .backend = Backend::opencv,
                                               .exif = true,
                                               .pad_to_crop = false,
                                               .value_range = 255});
  CHECK(of("resnet20_cifar.akamaster_cifar10") ==
        Preprocess{.resize = ResizeMode::none, .resize_px = 0, .crop_px = 0});
}

TEST_CASE("OpenMMLab's CIFAR statistics are the published ones in 0..255, as float32") {
  const auto check = [&](const char* name, std::array<double, 3> mean, std::array<double, 3> std) {
    const Preprocess preprocess = shipped().get(name).preprocess;
    for (size_t i = 0; i < 3; ++i) {
      CHECK(static_cast<float>(preprocess.mean[i] * 255) == static_cast<float>(mean[i]));
      CHECK(static_cast<float>(preprocess.std[i] * 255) == static_cast<float>(std[i]));
    }
    CHECK(preprocess.value_range == 255);
    CHECK_FALSE(preprocess.bgr);
  };
  check("resnet18_cifar.mm_cifar10", {125.307, 122.961, 113.8575}, {51.5865, 50.847, 51.255});
  check("resnet50_cifar.mm_cifar100", {129.304, 124.070, 112.434}, {68.170, 65.392, 70.418});
}

TEST_CASE("files that ship with the project are there and are what the manifest says") {
  const std::string begin = file_url(fs::path(ZOO_SOURCE_DIR));
  for (const WeightRecord& record : shipped().records()) {
    for (const WeightFile& file : record.files) {
      if (file.sha256.empty() || !file.urls.front().starts_with(begin)) continue;
      INFO(file.name);
      const fs::path path = std::string(ZOO_SOURCE_DIR) + file.urls.front().substr(begin.size());
      CHECK(sha256_file(path) == file.sha256);
      CHECK(static_cast<int64_t>(fs::file_size(path)) == file.bytes);
    }
  }
}

TEST_CASE("every weight that came from somewhere names a licence and a page") {
  for (const WeightRecord& record : shipped().records()) {
    INFO(record.name);
    CHECK_FALSE(record.license.empty());
    CHECK_FALSE(record.origin.empty());
    CHECK(record.paper.starts_with("https://"));
    for (const WeightFile& file : record.files) {
      if (!is_local_url(file.urls.front())) CHECK(url_scheme(file.urls.front()) == "https");
    }
  }
}
