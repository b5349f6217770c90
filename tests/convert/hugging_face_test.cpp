#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "tests/error_matchers.h"
#include "zoo/base/error.h"
#include "zoo/convert/hugging_face.h"

using namespace zoo;

namespace {

nlohmann::json config_of(std::string_view arch, int64_t classes, std::vector<std::string> labels = {}) {
  const ModelConfig config{.card = {.arch = std::string(arch), .labels = std::move(labels), .preprocess = {}},
                           .num_classes = classes};
  return nlohmann::json::parse(to_hugging_face_config(get_arch(arch), config));
}

}  // namespace

TEST_CASE("transformers' configuration says the arch") {
  const auto config = config_of("resnet50", 2, {"cat", "dog"});
  CHECK(config.at("depths") == nlohmann::json{3, 4, 6, 3});
  CHECK(config.at("hidden_sizes") == nlohmann::json{256, 512, 1024, 2048});
  CHECK(config.at("embedding_size") == 64);
  CHECK(config.at("layer_type") == "bottleneck");
  CHECK(config.at("downsample_in_bottleneck") == false);
  CHECK(config.at("id2label").at("1") == "dog");
  CHECK(config.at("label2id").at("cat") == 0);
  CHECK(config.at("out_features") == nlohmann::json::array({"stage4"}));
  CHECK(config_of("resnet18", 3).at("id2label").at("2") == "LABEL_2");
  CHECK(config_of("resnet18", 0).at("architectures") == nlohmann::json::array({"ResNetModel"}));
}

TEST_CASE("pools and strides that transformers does not have are not written") {
  const ArchSpec& arch = get_arch("resnet18");
  ZOO_CHECK_ERROR(to_hugging_face_config(arch, {.card = {}, .global_pool = GlobalPool::max}),
                  ErrorCode::unsupported,
                  "resnet18: transformers' ResNet has no global pool but the mean. "
                  "timm's layout can hold it: transformers opens that through timm.");
  ZOO_CHECK_ERROR(to_hugging_face_config(arch, {.card = {}, .output_stride = 8}), ErrorCode::unsupported,
                  "resnet18: transformers' ResNet has no stride but the published one. "
                  "timm's layout can hold it: transformers opens that through timm.");
}

TEST_CASE("activations and early strides are written as transformers calls them") {
  ArchSpec spec = get_arch("resnet50_caffe");
  spec.first_stride = 2;
  spec.activation = Activation::gelu_tanh;
  const auto config = nlohmann::json::parse(to_hugging_face_config(spec, {.card = {}, .num_classes = 3}));
  CHECK(config.at("hidden_act") == "gelu_pytorch_tanh");
  CHECK(config.at("downsample_in_bottleneck") == true);
  CHECK(config.at("downsample_in_first_stage") == true);
}

TEST_CASE("what transformers' ResNet cannot be is refused") {
  for (const char* arch : {"seresnet50", "resnetaa50", "resnet50_gn", "resnest50d", "res2net50_26w_4s"})
    CHECK_THROWS_AS(config_of(arch, 10), Error);
  CHECK_THROWS_WITH(config_of("resnet20_cifar", 10), Catch::Contains("7x7"));
  CHECK_THROWS_WITH(config_of("resnet18", 3, {"one"}), Catch::Contains("1 labels for 3 classes"));
}

TEST_CASE("the image processor resizes and crops as the weight wants") {
  Preprocess preprocess;
  preprocess.resize_px = 232;
  preprocess.interpolation = Interpolation::bicubic;
  auto processor = nlohmann::json::parse(to_hugging_face_preprocessor(preprocess));
  CHECK(processor.at("size") == nlohmann::json{{"shortest_edge", 232}});
  CHECK(processor.at("crop_size").at("height") == 224);
  CHECK(processor.at("resample") == 3);
  CHECK(processor.at("image_mean")[0] == 0.485);
  CHECK(processor.at("rescale_factor") == 1.0 / 255);
  preprocess.resize = ResizeMode::none;
  preprocess.crop_px = 0;
  preprocess.rescale = 1;
  processor = nlohmann::json::parse(to_hugging_face_preprocessor(preprocess));
  CHECK(processor.at("do_resize") == false);
  CHECK(processor.at("do_center_crop") == false);
  CHECK(processor.at("rescale_factor") == 1);
  preprocess.interpolation = Interpolation::lanczos;
  CHECK(nlohmann::json::parse(to_hugging_face_preprocessor(preprocess)).at("resample") == 1);
  preprocess.resize = GENERATE(ResizeMode::long_edge, ResizeMode::crop_first);
  CHECK_THROWS_AS(to_hugging_face_preprocessor(preprocess), Error);
}
