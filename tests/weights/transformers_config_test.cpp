// The JSON files that transformers keeps beside a model.
#include "zoo/weights/transformers_config.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"

using namespace zoo;

TEST_CASE("transformers' configuration is told from timm's") {
  CHECK(is_transformers_config(R"({"model_type": "resnet"})"));
  CHECK_FALSE(is_transformers_config(R"({"model_type": "timm_wrapper", "architecture": "resnet18"})"));
  CHECK_FALSE(is_transformers_config("{"));
  CHECK_FALSE(is_transformers_config("[]"));
}

TEST_CASE("labels come in the order of the classes") {
  const std::string ten =
      R"({"id2label": {"0":"a","1":"b","10":"k","2":"c","3":"d","4":"e","5":"f","6":"g","7":"h","8":"i","9":"j"}})";
  CHECK(read_transformers_labels(ten, "c", 11).back() == "k");
  CHECK(read_transformers_labels(R"({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}})", "c", 2).empty());
  CHECK(read_transformers_labels("{}", "c", 2).empty());
  ZOO_CHECK_ERROR(read_transformers_labels(R"({"id2label": {"0": "a"}})", "c", 2), ErrorCode::corrupt,
                  "c:/id2label: has 1 names, the tensors have 2 classes");
  ZOO_CHECK_ERROR(read_transformers_labels(R"({"id2label": {"0": "a", "2": "b"}})", "c", 2),
                  ErrorCode::corrupt, "c:/id2label/1: is no name");
}

TEST_CASE("both ways to say the size of pictures are understood") {
  const Preprocess convnext =
      read_transformers_preprocess(R"({"crop_pct": 0.875, "size": {"shortest_edge": 224}})", "p");
  CHECK(convnext.resize == ResizeMode::short_edge);
  CHECK(convnext.resize_px == 256);
  CHECK(convnext.crop_px == 224);
  const Preprocess large = read_transformers_preprocess(R"({"crop_pct": 0.875, "size": 384})", "p");
  CHECK(large.resize == ResizeMode::square);
  CHECK(large.resize_px == 384);
  CHECK(large.crop_px == 0);
  const Preprocess bit = read_transformers_preprocess(
      R"({"size": {"shortest_edge": 36}, "crop_size": {"height": 32, "width": 32}, "image_mean": [0.5, 0.4, 0.3]})",
      "p");
  CHECK(bit.resize_px == 36);
  CHECK(bit.crop_px == 32);
  CHECK(bit.mean[1] == 0.4);
}

TEST_CASE("what makes no sense is refused with its place") {
  const auto [text, place] = GENERATE(table<std::string, std::string>({
      {R"({"size": "big"})", "p:/size"},
      {R"({"size": {"height": 3, "width": 4}})", "p:/size"},
      {R"({"size": 224, "crop_pct": 0})", "p:/crop_pct"},
      {R"({"size": 224, "resample": 9})", "p:/resample"},
      {R"({"size": 224, "image_mean": [1]})", "p:/image_mean"},
      {R"({"size": 1e300})", "p:/size"},
      {R"({})", "p:/size"},
  }));
  const std::string message =
      test::message_of(test::error_of([&, json = text] { read_transformers_preprocess(json, "p"); }));
  CHECK(message.starts_with(place + ": "));
}

TEST_CASE("transformers' configuration names the architecture") {
  CHECK(read_transformers_arch(R"({"model_type": "resnet"})", "c").name == "resnet50");
  CHECK(read_transformers_arch(R"({"downsample_in_bottleneck": true})", "c").name == "resnet50_caffe");
  const ArchSpec basic = read_transformers_arch(
      R"({"layer_type": "basic", "hidden_sizes": [64, 128, 256, 512], "depths": [2, 2, 2, 2]})", "c");
  CHECK(basic.name == "resnet18");
}

TEST_CASE("a net that no row is follows from transformers' configuration") {
  const ArchSpec spec = read_transformers_arch(
      R"({"model_type": "resnet", "embedding_size": 10, "hidden_sizes": [24, 24, 50], "depths": [1, 3, 2],
          "layer_type": "bottleneck", "hidden_act": "gelu_new", "downsample_in_first_stage": true,
          "downsample_in_bottleneck": true, "num_channels": 4, "out_features": ["stage2"]})",
      "c");
  CHECK(spec.name == "resnet");
  CHECK(spec.num_stages == 3);
  CHECK(spec.depths == Stages{1, 3, 2});
  CHECK(spec.channels == Stages{24, 24, 50});
  CHECK(spec.stem_channels() == 10);
  CHECK(spec.activation == Activation::gelu_tanh);
  CHECK(spec.reduction() == 32);
  CHECK(spec.stride_place == StridePlace::conv1);
}

TEST_CASE("a configuration that makes no net is refused with its place") {
  const auto [text, code, message] = GENERATE(table<std::string, ErrorCode, std::string>({
      {R"({"model_type": "vit"})", ErrorCode::unsupported, "c:/model_type: is 'vit'"},
      {R"({"hidden_act": "gelu_10"})", ErrorCode::unsupported, "c: hidden_act is 'gelu_10'"},
      {R"({"hidden_act": 3})", ErrorCode::corrupt, "c:/hidden_act: is 3"},
      {R"({"layer_type": "dense"})", ErrorCode::mismatch, "c: layer_type is 'dense'"},
      {R"({"depths": [3, 3]})", ErrorCode::mismatch, "c: hidden_sizes has 4 entries, depths 2"},
      {R"({"depths": []})", ErrorCode::mismatch, "c: hidden_sizes has 4 entries, depths 0"},
      {R"({"depths": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]})", ErrorCode::corrupt, "c:/depths: is [1,1"},
      {R"({"depths": [], "hidden_sizes": []})", ErrorCode::mismatch, "c: depths must have 1 to 8 entries"},
      {R"({"depths": [3, 4, 6, 0]})", ErrorCode::corrupt, "c:/depths/3: is 0"},
      {R"({"depths": [3, 4, 6, 1e9]})", ErrorCode::corrupt, "c:/depths/3: is 1000000000"},
      {R"({"depths": [3, 4, 6, 9999]})", ErrorCode::mismatch, "depths[3] is 9999"},
      {R"({"hidden_sizes": [8.0, 16, 32, 64]})", ErrorCode::corrupt, "c:/hidden_sizes/0: is 8.0"},
      {R"({"hidden_sizes": [3, 16, 32, 64]})", ErrorCode::mismatch, "hidden_sizes[0] is 3, expected 4 to"},
      {R"({"embedding_size": -64})", ErrorCode::corrupt, "c:/embedding_size: is -64"},
      {R"({"downsample_in_first_stage": 1})", ErrorCode::corrupt, "c:/downsample_in_first_stage: is 1"},
      {R"([])", ErrorCode::corrupt, "is no JSON object"},
  }));
  const auto error = test::error_of([&, json = text] { read_transformers_arch(json, "c"); });
  CHECK_THAT(test::message_of(error), Catch::Contains(message));
  REQUIRE(error);
  CHECK(error->code() == code);
}
