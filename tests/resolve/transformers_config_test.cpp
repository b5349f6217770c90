// The JSON files that transformers keeps beside a model.
#include "zoo/resolve/transformers_config.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"

using namespace zoo;

TEST_CASE("a config.json is timm's, transformers', no model's or no JSON") {
  const auto [text, kind, beside_arch] = GENERATE(table<std::string, ConfigKind, ConfigKind>({
      {R"({"model_type": "resnet"})", ConfigKind::transformers, ConfigKind::transformers},
      {R"({"model_type": "vit"})", ConfigKind::transformers, ConfigKind::foreign},
      {R"({"model_type": "timm_wrapper", "architecture": "resnet18"})", ConfigKind::timm, ConfigKind::timm},
      {R"({"architecture": "resnet18.a1_in1k"})", ConfigKind::timm, ConfigKind::timm},
      {R"({"architecture": "my_net"})", ConfigKind::timm, ConfigKind::foreign},
      {R"({"architecture": {"depth": 18}})", ConfigKind::timm, ConfigKind::foreign},
      {R"({"lr": 0.1})", ConfigKind::foreign, ConfigKind::foreign},
      {"[]", ConfigKind::foreign, ConfigKind::foreign},
      {"{", ConfigKind::broken, ConfigKind::foreign},
  }));
  CAPTURE(text);
  CHECK(kind_of_config(text) == kind);
  CHECK(kind_of_config_beside_arch(text) == beside_arch);
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
