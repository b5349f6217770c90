// weights.json against what each publisher lists: how many weights there are, and that the names by which
// others know them lead to them.
#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

#include "zoo/arch/arch.h"
#include "zoo/manifest/manifest.h"

using namespace zoo;

namespace {

const Manifest& shipped() {
  static const Manifest manifest = Manifest::load(std::filesystem::path(ZOO_SOURCE_DIR) / "weights.json");
  return manifest;
}

std::ptrdiff_t count_records(auto matches) {
  return std::ranges::count_if(shipped().records(), matches);
}

// Records with a file at a URL that begins so.
std::ptrdiff_t count_at(std::string_view beginning) {
  return count_records([&](const WeightRecord& record) {
    return std::ranges::any_of(record.files,
                               [&](const WeightFile& f) { return f.urls.front().starts_with(beginning); });
  });
}

bool begins_with(const WeightRecord& record, std::string_view arch) {
  return record.arch.starts_with(arch);
}

std::string meaning_of(std::string_view name) {
  const WeightRecord* record = shipped().find(name);
  return record == nullptr ? "" : record->name;
}

}  // namespace

TEST_CASE("each publisher has as many weights as it lists") {
  std::map<std::string, int> records;
  for (const WeightRecord& record : shipped().records()) ++records[record.source];
  const std::map<std::string, int> expected{
      {"torchvision", 17},        // of each net, V1 and V2
      {"openmmlab", 33 + 7 + 2},  // the ResNet family; Res2Net and ResNeSt; Caffe's, for detectors
      {"timm", 133 + 17 + 1},     // 150, of which 17 are torchvision's; ResNeSt and Res2Net; Bamboo
      {"huggingface", 6},        {"akamaster", 6}, {"chenyaofo", 8}, {"zoo", 1}};
  CHECK(records == expected);
}

TEST_CASE("copies of one weight are one record") {
  const auto torchvisions_files = [] {
    std::ptrdiff_t files = 0;
    for (const WeightRecord& record : shipped().records()) {
      if (record.source != "torchvision") continue;
      files += std::ranges::count_if(record.files, [](const WeightFile& file) {
        return file.urls.front().starts_with("https://download.pytorch.org/models/");
      });
    }
    return files;
  };
  CHECK(torchvisions_files() == 17 + 5);  // the five older files of the first ResNets
  CHECK(count_at("https://huggingface.co/timm/") == 150 + 17 + 1);
  CHECK(count_records([](const WeightRecord& record) {
          return record.source == "torchvision" && record.files.back().layout == "timm";
        }) == 17);
  CHECK(count_at("https://huggingface.co/microsoft/") == 6);
  CHECK(count_records([](const WeightRecord& record) {
          return record.source == "openmmlab" &&
                 (begins_with(record, "res2net") || begins_with(record, "resnest"));
        }) == 7);
}

TEST_CASE("head, dataset and label set of a record belong together") {
  const std::map<std::string, std::pair<int64_t, std::string>> heads{
      {"imagenet-1k", {1000, "imagenet-1k"}},
      {"imagenet-12k", {11821, "imagenet-12k"}},
      {"cifar10", {10, "cifar10"}},
      {"cifar100", {100, "cifar100"}},
      {"cub-200-2011", {200, "cub-200-2011"}},
      {"stanford-cars", {196, "stanford-cars"}},
      {"drawn shapes", {16, "drawn-shapes"}}};
  std::vector<std::string> headless;
  for (const WeightRecord& record : shipped().records()) {
    INFO(record.name);
    if (!record.num_classes) {
      headless.push_back(record.name);
      CHECK(record.labels.empty());
      continue;
    }
    REQUIRE(heads.contains(record.dataset));
    CHECK(std::pair(*record.num_classes, record.labels) == heads.at(record.dataset));
  }
  CHECK(headless == std::vector<std::string>{"resnet50.mm_mill_in21k", "resnet50.bamboo",
                                             "resnet50_caffe.mm_msra_in1k", "resnet101_caffe.mm_msra_in1k"});
}

TEST_CASE("names that timm has given up lead to their weights") {
  const std::map<std::string, std::string> names{
      {"tv_resnet34", "resnet34.tv_in1k"},
      {"tv_resnet152", "resnet152.tv_in1k"},
      {"tv_resnext50_32x4d", "resnext50_32x4d.tv_in1k"},
      {"ig_resnext101_32x8d", "resnext101_32x8d.fb_wsl_ig1b_ft_in1k"},
      // timm itself sends the next three to the 32x8d, whose tensors they do not fit.
      {"ig_resnext101_32x16d", "resnext101_32x16d.fb_wsl_ig1b_ft_in1k"},
      {"ig_resnext101_32x32d", "resnext101_32x32d.fb_wsl_ig1b_ft_in1k"},
      {"ig_resnext101_32x48d", "resnext101_32x48d.fb_wsl_ig1b_ft_in1k"},
      {"ssl_resnext101_32x16d", "resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k"},
      {"swsl_resnext50_32x4d", "resnext50_32x4d.fb_swsl_ig1b_ft_in1k"},
      {"gluon_resnet50_v1c", "resnet50c.gluon_in1k"},
      {"gluon_resnet101_v1d", "resnet101d.gluon_in1k"},
      {"gluon_resnet152_v1s", "resnet152s.gluon_in1k"},
      {"gluon_seresnext101_64x4d", "seresnext101_64x4d.gluon_in1k"},
      {"gluon_senet154", "senet154.gluon_in1k"},
      {"seresnext26tn_32x4d", "seresnext26t_32x4d.bt_in1k"}};
  for (const auto& [name, record] : names) CHECK(meaning_of(name) == record);
}

TEST_CASE("names, files and URLs of every publisher lead to their weights") {
  const std::map<std::string, std::string> names{
      {"Wide_ResNet101_2_Weights.IMAGENET1K_V1", "wide_resnet101_2.tv_in1k"},
      {"ResNeXt101_64X4D_Weights.DEFAULT", "resnext101_64x4d.tv_in1k"},
      {"resnext50_32x4d-1a0047aa.pth", "resnext50_32x4d.tv2_in1k"},
      {"resnetv1d50_8xb32_in1k", "resnet50d.mm_in1k"},
      {"mmcls://resnet152_v1d", "resnet152d.mm_in1k"},
      {"resnetv1c101_8xb32_in1k", "resnet101c.mm_in1k"},
      {"wide-resnet50_3rdparty-timm_8xb32_in1k", "wide_resnet50_2.mm_timm_in1k"},
      {"wide-resnet101_8xb32_in1k", "wide_resnet101_2.mm_in1k"},
      {"resnext152-32x4d_8xb32_in1k", "resnext152_32x4d.mm_in1k"},
      {"mmcls://se-resnet101", "seresnet101.mm_in1k"},
      {"res2net101-w26-s4_3rdparty_8xb32_in1k", "res2net101_26w_4s.mm_in1k"},
      {"mmcls://resnest269", "resnest269e.mm_in1k"},
      {"open-mmlab://detectron2/resnet50_caffe", "resnet50_caffe.mm_msra_in1k"},
      {"resnet101_msra-6cc46731.pth", "resnet101_caffe.mm_msra_in1k"},
      {"microsoft/resnet-26", "resnet26.hf_in1k"},
      {"hf-hub:timm/resnetrs420.tf_in1k", "resnetrs420.tf_in1k"},
      {"timm/seresnextaa201d_32x8d.sw_in12k", "seresnextaa201d_32x8d.sw_in12k"},
      {"cifar100_resnet44", "resnet44_cifar_b.chenyaofo_cifar100"},
      {"https://download.openmmlab.com/mmclassification/v0/resnext/"
       "resnext50_32x4d_b32x8_imagenet_20210429-56066e27.pth",
       "resnext50_32x4d.mm_in1k"}};
  for (const auto& [name, record] : names) CHECK(meaning_of(name) == record);
  // Each config of OpenMMLab, each enum of torchvision and each repository of a hub is a name of its record.
  for (const WeightRecord& record : shipped().records()) {
    for (const std::string& alias : record.aliases) CHECK(meaning_of(alias) == record.name);
  }
}

TEST_CASE("every link of OpenMMLab's page of ResNets leads to its weight, where the file has moved too") {
  const std::string begin = "https://download.openmmlab.com/mmclassification/v0/";
  const std::map<std::string, std::string> links{
      {"fp16/resnet50_batch256_fp16_imagenet_20210320-b3964210.pth", "resnet50.mm_fp16_in1k"},
      {"resnet/resnet101_8xb32_in1k_20210831-539c63f8.pth", "resnet101.mm_in1k"},
      {"resnet/resnet101_b16x8_cifar10_20210528-2d29e936.pth", "resnet101_cifar.mm_cifar10"},
      {"resnet/resnet152_8xb32_in1k_20210901-4d7582fa.pth", "resnet152.mm_in1k"},
      {"resnet/resnet152_b16x8_cifar10_20210528-3e8e9178.pth", "resnet152_cifar.mm_cifar10"},
      {"resnet/resnet18_8xb32_in1k_20210831-fbbb1da6.pth", "resnet18.mm_in1k"},
      {"resnet/resnet18_b16x8_cifar10_20210528-bd6371c8.pth", "resnet18_cifar.mm_cifar10"},
      {"resnet/resnet34_8xb32_in1k_20210831-f257d4e6.pth", "resnet34.mm_in1k"},
      {"resnet/resnet34_b16x8_cifar10_20210528-a8aa36a6.pth", "resnet34_cifar.mm_cifar10"},
      {"resnet/resnet50_3rdparty-mill_in21k_20220331-faac000b.pth", "resnet50.mm_mill_in21k"},
      {"resnet/resnet50_8xb256-rsb-a1-600e_in1k_20211228-20e21305.pth", "resnet50.mm_rsb_a1_in1k"},
      {"resnet/resnet50_8xb256-rsb-a2-300e_in1k_20211228-0fd8be6e.pth", "resnet50.mm_rsb_a2_in1k"},
      {"resnet/resnet50_8xb256-rsb-a3-100e_in1k_20211228-3493673c.pth", "resnet50.mm_rsb_a3_in1k"},
      {"resnet/resnet50_8xb32_in1k_20210831-ea4938fc.pth", "resnet50.mm_in1k"},
      {"resnet/resnet50_8xb8_cub_20220307-57840e60.pth", "resnet50.mm_cub200"},
      {"resnet/resnet50_b16x8_cifar100_20210528-67b58a1b.pth", "resnet50_cifar.mm_cifar100"},
      {"resnet/resnet50_b16x8_cifar10_20210528-f54bfad9.pth", "resnet50_cifar.mm_cifar10"},
      {"resnet/resnetv1c101_8xb32_in1k_20220214-434fe45f.pth", "resnet101c.mm_in1k"},
      {"resnet/resnetv1c152_8xb32_in1k_20220214-c013291f.pth", "resnet152c.mm_in1k"},
      {"resnet/resnetv1c50_8xb32_in1k_20220214-3343eccd.pth", "resnet50c.mm_in1k"},
      {"resnet/resnetv1d101_b32x8_imagenet_20210531-6e13bcd3.pth", "resnet101d.mm_in1k"},
      {"resnet/resnetv1d152_b32x8_imagenet_20210531-278cf22a.pth", "resnet152d.mm_in1k"},
      {"resnet/resnetv1d50_b32x8_imagenet_20210531-db14775a.pth", "resnet50d.mm_in1k"},
      {"resnet/wide-resnet101_3rdparty_8xb32_in1k_20220304-8d5f9d61.pth", "wide_resnet101_2.mm_in1k"},
      {"resnet/wide-resnet50_3rdparty_8xb32_in1k_20220304-66678344.pth", "wide_resnet50_2.mm_in1k"}};
  CHECK(links.size() == 25);
  for (const auto& [link, record] : links) {
    INFO(link);
    CHECK(meaning_of(begin + link) == record);
    const std::string name = link.substr(link.find('/') + 1);
    CHECK(meaning_of("http://mirror.example.org/" + name + "?download=1") == record);
  }
}

TEST_CASE("a URL that no record has leads to one by the hash in its name and not otherwise") {
  CHECK(meaning_of("https://example.org/a/resnet50-0676ba61.pth") == "resnet50.tv_in1k");
  for (const char* other :
       {"https://example.org/resnet50-0676ba62.pth", "https://example.org/resnet-0676ba61.pth",
        "https://example.org/model.safetensors", "https://example.org/resnet50-0676ba61.pth/x",
        "file:///home/me/resnet50-0676ba61.pth", "ftp://example.org/resnet50-0676ba61.pth",
        "https://example.org/resnet50-0676ba61.pth#sha256=00"}) {
    CHECK(meaning_of(other).empty());
  }
}
