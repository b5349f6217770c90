// config.json of a model directory, ours and timm's.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>

#include "tests/error_matchers.h"
#include "zoo/layouts/model_card.h"

using namespace zoo;

namespace {

ModelConfig config_of(const std::string& arch, int64_t num_classes) {
  ModelConfig config{.card = {.arch = arch, .labels = {}, .preprocess = {}}, .num_classes = num_classes};
  for (int64_t i = 0; i < num_classes; ++i) config.card.labels.push_back("class " + std::to_string(i));
  return config;
}

bool equal(const ModelConfig& a, const ModelConfig& b) {
  return a.card.arch == b.card.arch && a.card.labels == b.card.labels &&
         a.card.preprocess == b.card.preprocess && a.card.problem_type == b.card.problem_type &&
         a.num_classes == b.num_classes && a.in_channels == b.in_channels && a.global_pool == b.global_pool &&
         a.output_stride == b.output_stride;
}

std::string changed(const std::string& pointer, const nlohmann::json& value) {
  auto json = nlohmann::json::parse(to_config_json(config_of("resnet18", 2)));
  json[nlohmann::json::json_pointer(pointer)] = value;
  return json.dump();
}

}  // namespace

TEST_CASE("a model's config comes back as it was written") {
  ModelConfig config = config_of("resnet50", 3);
  config.card.labels = {"Größe", "a \"b\"", "c\\d"};
  config.in_channels = GENERATE(1, 3, 5);
  config.card.problem_type = GENERATE(std::optional<ProblemType>(), ProblemType::multi_label_classification);
  config.global_pool =
      GENERATE(GlobalPool::avg, GlobalPool::max, GlobalPool::avg_max, GlobalPool::cat_avg_max);
  config.output_stride = GENERATE(0, 8);
  config.card.preprocess = {
      .resize = GENERATE(ResizeMode::none, ResizeMode::short_edge, ResizeMode::long_edge, ResizeMode::square),
      .resize_px = 235,
      .crop_px = GENERATE(0, 97),
      .interpolation = Interpolation::bicubic,
      .backend = Backend::opencv,
      .exif = true,
      .bgr = true,
      .pad_to_crop = false,
      .crop_offset = CropOffset::floor,
      .fill = {1, 0, 255},
      .mean = {0.1, 0.2, 1.0 / 3},
      .std = {0.4, 0.5, 1e-3},
      .value_range = GENERATE(1, 255)};
  if (config.card.preprocess.value_range == 1)
    config.card.preprocess.rescale = GENERATE(kUsualRescale, 1.0, 2.0 / 255);
  CHECK(equal(parse_config_json(to_config_json(config), "config.json"), config));
}

TEST_CASE("timm's fields describe the same resize, in timm's arithmetic") {
  for (int64_t crop = 16; crop <= 320; crop += 16) {
    for (int64_t resize = crop; resize <= crop + 100; ++resize) {
      ModelConfig config = config_of("resnet18", 2);
      config.card.preprocess.crop_px = crop;
      config.card.preprocess.resize_px = resize;
      auto json = nlohmann::json::parse(to_config_json(config));
      const auto& timm = json.at("pretrained_cfg");
      REQUIRE(std::floor(timm.at("input_size").at(1).get<double>() / timm.at("crop_pct").get<double>()) ==
              static_cast<double>(resize));
      json.erase("zoo");
      REQUIRE(equal(parse_config_json(json.dump(), "config.json"), config));
    }
  }
}

TEST_CASE("timm's own files are read, the oldest form too") {
  const char* text = R"({
    "architecture": "resnet50", "num_classes": 1000, "num_features": 2048,
    "pretrained_cfg": {"tag": "a1_in1k", "input_size": [3, 224, 224], "test_input_size": [3, 288, 288],
      "fixed_input_size": false, "interpolation": "bicubic", "crop_pct": 0.95, "test_crop_pct": 1.0,
      "crop_mode": "center", "mean": [0.5, 0.25, 0.125], "std": [0.229, 0.224, 0.225], "num_classes": 1000,
      "pool_size": [7, 7], "first_conv": "conv1", "classifier": "fc"}})";
  const ModelConfig config = parse_config_json(text, "config.json");
  CHECK(config.card.arch == "resnet50");
  CHECK(config.num_classes == 1000);
  CHECK(config.card.labels.empty());
  Preprocess expected{.resize_px = 235, .crop_px = 224, .interpolation = Interpolation::bicubic};
  expected.mean = {0.5, 0.25, 0.125};
  CHECK(config.card.preprocess == expected);

  const ModelConfig pooled = parse_config_json(
      R"({"architecture": "resnet18", "global_pool": "avg", "pretrained_cfg": {},
          "model_args": {"global_pool": "catavgmax", "output_stride": 16, "in_chans": 4, "drop_rate": 0.1}})",
      "config.json");
  CHECK(pooled.global_pool == GlobalPool::cat_avg_max);
  CHECK(pooled.output_stride == 16);
  CHECK(pooled.in_channels == 4);
  // As published.
  CHECK(
      parse_config_json(R"({"architecture": "resnet18", "model_args": {"output_stride": 32}})", "config.json")
          .output_stride == 0);
  // Older than model_args.
  CHECK(parse_config_json(R"({"architecture": "resnet18", "global_pool": "max", "pretrained_cfg": {}})",
                          "config.json")
            .global_pool == GlobalPool::max);

  const ModelConfig old = parse_config_json(
      R"({"architecture": "resnet18", "num_classes": 2, "crop_pct": 1.0, "input_size": [3, 96, 96],
          "label_names": {"0": "ant", "1": "bee"}})",
      "config.json");
  CHECK(old.card.labels == std::vector<std::string>{"ant", "bee"});
  CHECK(old.card.preprocess.resize_px == 96);
  CHECK(old.card.preprocess.crop_px == 96);
}

TEST_CASE("timm, which divides by 255, is told what that makes of mean and deviation") {
  ModelConfig config = config_of("resnet18", 2);
  config.card.preprocess.mean = {0.5, 1, 0};
  config.card.preprocess.std = {0.25, 1, 2};
  config.card.preprocess.rescale = 2.0 / 255;
  auto json = nlohmann::json::parse(to_config_json(config));
  CHECK(json.at("pretrained_cfg").at("mean") == nlohmann::json({0.25, 0.5, 0}));
  CHECK(json.at("pretrained_cfg").at("std") == nlohmann::json({0.125, 0.5, 1}));
}

TEST_CASE("what timm's format needs is written") {
  ModelConfig config = config_of("resnet34", 4);
  auto json = nlohmann::json::parse(to_config_json(config));
  CHECK(json.at("architecture") == "resnet34");
  CHECK(json.at("num_classes") == 4);
  CHECK(json.at("num_features") == 512);
  CHECK(json.at("label_names") == config.card.labels);
  CHECK_FALSE(json.contains("model_args"));
  CHECK(json.at("pretrained_cfg").at("mean") == nlohmann::json({0.485, 0.456, 0.406}));
  config.in_channels = 1;
  json = nlohmann::json::parse(to_config_json(config));
  CHECK(json.at("model_args") == nlohmann::json({{"in_chans", 1}}));
  CHECK(json.at("pretrained_cfg").at("input_size") == nlohmann::json({1, 224, 224}));
  config.in_channels = 3;
  config.global_pool = GlobalPool::cat_avg_max;
  config.output_stride = 16;
  json = nlohmann::json::parse(to_config_json(config));
  CHECK(json.at("global_pool") == "catavgmax");
  CHECK(json.at("num_features") == 512);  // of the last map, as timm counts them
  CHECK(json.at("model_args") == nlohmann::json({{"global_pool", "catavgmax"}, {"output_stride", 16}}));
}

TEST_CASE("a config that contradicts itself is not written") {
  ModelConfig config = config_of("resnet18", 3);
  config.num_classes = 4;
  ZOO_CHECK_ERROR(to_config_json(config), ErrorCode::mismatch, "model card: 3 labels for 4 classes");
  ModelConfig latin = config_of("resnet18", 1);
  latin.card.labels = {
      "Gr\xf6\xdf"
      "e"};
  CHECK_THROWS_WITH(to_config_json(latin), Catch::Contains("not UTF-8") && Catch::Contains("class folder"));
  CHECK_THROWS_WITH(to_config_json(config_of("resnet5O", 2)), Catch::Contains("Did you mean 'resnet50'"));
}

TEST_CASE("a config that cannot be used is refused with its place") {
  const auto message = [](const std::string& text) {
    const auto error = zoo::test::error_of([&] { parse_config_json(text, "config.json"); });
    REQUIRE(error.has_value());
    return std::string(error->what());
  };
  CHECK(message("{").starts_with("config.json: is not JSON: "));
  CHECK(message("[1]") == "config.json: is array, expected an object");
  CHECK(message("{}") == "config.json: 'architecture' is missing");
  CHECK(message(R"({"architectures": ["ResNetForImageClassification"], "model_type": "resnet"})")
            .starts_with("config.json:/model_type: is transformers' own 'resnet'"));
  CHECK(message(changed("/architecture", "resnet5O"))
            .starts_with("config.json:/architecture: unknown architecture"));
  CHECK(message(changed("/architecture", 7)) == "config.json:/architecture: is number, expected a string");
  CHECK(message(changed("/num_classes", 2.5))
            .starts_with("config.json:/num_classes: is 2.5, expected a whole number"));
  CHECK(message(changed("/num_classes", -1)).starts_with("config.json:/num_classes: is -1"));
  CHECK(message(changed("/num_classes", 3)) == "config.json:/label_names: has 2 names for 3 classes");
  CHECK(message(changed("/label_names/1", nullptr)) ==
        "config.json:/label_names/1: is null, expected a string");
  CHECK(message(changed("/model_args/block", "basic")).starts_with("config.json:/model_args/block: "));
  CHECK(message(changed("/model_args/act_layer", "gelu")) ==
        "config.json:/model_args/act_layer: is 'gelu', zoo's resnet18 has relu");
  CHECK(message(R"({"architecture": "resnet18", "pretrained_cfg": {"mean": [0.5, 0.5]}})")
            .starts_with("config.json:/pretrained_cfg/mean: is array, expected an array of 3 numbers"));
  CHECK(message(R"({"architecture": "resnet18", "pretrained_cfg": {"std": -1}})") ==
        "config.json:/pretrained_cfg/std: is -1, out of range");
  CHECK(message(changed("/global_pool", "fast")) ==
        "config.json:/global_pool: 'fast' is no global pool, expected avg, max, avgmax or catavgmax");
  CHECK(message(changed("/model_args/global_pool", "")).starts_with("config.json:/model_args/global_pool: "));
  CHECK(message(changed("/model_args/output_stride", 12))
            .starts_with(
                "config.json:/model_args/output_stride: architecture 'resnet18': output_stride is 12"));
  CHECK(message(changed("/model_args/output_stride", 1e9))
            .starts_with("config.json:/model_args/output_stride: is "));
  CHECK(
      message(changed("/zoo/preprocess/crop_px", 1e9)).starts_with("config.json:/zoo/preprocess/crop_px: "));
  CHECK(message(changed("/zoo/preprocess/resize_px", 0))
            .starts_with("config.json:/zoo/preprocess/resize_px: "));
  CHECK(message(changed("/zoo/preprocess/std", {0.5, 0, 0.5}))
            .starts_with("config.json:/zoo/preprocess/std/1: "));
  CHECK(
      message(changed("/zoo/preprocess/mean", {0.5, 0.5})).starts_with("config.json:/zoo/preprocess/mean: "));
  CHECK(message(changed("/zoo/preprocess/interpolation", "sinc")).find("bicubic") != std::string::npos);
  CHECK(message(changed("/zoo/preprocess/interpolation", "area")) ==
        "config.json:/zoo/preprocess/interpolation: the backend 'pillow' has no 'area'");
  CHECK(message(R"({"architecture": "resnet18", "pretrained_cfg": {"interpolation": "area"}})")
            .starts_with("config.json:/pretrained_cfg/interpolation: is 'area'"));
  CHECK(message(changed("/zoo", nlohmann::json::object())) == "config.json:/zoo: 'preprocess' is missing");
  CHECK(message(R"({"architecture": "resnet18", "pretrained_cfg": {"crop_mode": "stretch"}})")
            .starts_with("config.json:/pretrained_cfg/crop_mode: "));
  CHECK(message(R"({"architecture": "resnet18", "pretrained_cfg": {"crop_pct": 0}})")
            .starts_with("config.json:/pretrained_cfg"));
  CHECK(message(R"({"architecture": "resnet18", "pretrained_cfg": {"input_size": [3, 224, 192]}})")
            .starts_with("config.json:/pretrained_cfg/input_size: "));
}

TEST_CASE("a tag, one number for all channels and arguments of training are read as timm reads them") {
  const ModelConfig config = parse_config_json(
      R"({"architecture": "resnet18.a1_in1k", "pretrained_cfg": {"mean": 0.5, "std": [0.25]},
          "model_args": {"drop_block_rate": 0.1, "drop_path_rate": 0.05, "act_layer": "relu", "zero_init_last": false}})",
      "config.json");
  CHECK(config.card.arch == "resnet18");
  CHECK(config.card.preprocess.mean == std::array{0.5, 0.5, 0.5});
  CHECK(config.card.preprocess.std == std::array{0.25, 0.25, 0.25});
  CHECK(nlohmann::json::parse(to_config_json(config)).at("architecture") == "resnet18");
  const auto timm = [](const std::string& fields) {
    return parse_config_json("{\"architecture\": \"resnet18\", \"pretrained_cfg\": {" + fields + "}}", "c")
        .card.preprocess;
  };
  CHECK(timm(R"("mean": 0, "std": 0)") == timm(""));
  CHECK(timm(R"("mean": 0.1, "crop_mode": "border")").fill == std::array<uint8_t, 3>{26, 26, 26});
}

TEST_CASE("timm's border mode fills with the mean, and its filters are Pillow's six") {
  const ModelConfig config = parse_config_json(
      R"({"architecture": "resnet18", "pretrained_cfg": {"crop_mode": "border", "crop_pct": 1.0,
          "interpolation": "lanczos", "input_size": [3, 96, 96], "mean": [0.1, 0.3, 0.5]}})",
      "config.json");
  Preprocess expected{.resize = ResizeMode::long_edge,
                      .resize_px = 96,
                      .crop_px = 96,
                      .interpolation = Interpolation::lanczos,
                      .fill = {26, 76, 128},  // of 25.5, 76.5 (0.3 is a little less) and 127.5
                      .mean = {0.1, 0.3, 0.5}};
  CHECK(config.card.preprocess == expected);
  CHECK(nlohmann::json::parse(to_config_json(config)).at("pretrained_cfg").at("crop_mode") == "border");
}
