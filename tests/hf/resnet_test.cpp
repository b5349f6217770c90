// The classes by themselves; transformers_test.py holds them against transformers' own.
#include "zoo/hf/resnet.h"

#include <memory>
#include <span>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/checkpoint/checkpoint.h"

using namespace zoo;
using namespace zoo::hf;
using test::TemporaryFolder;

namespace {

ResNetConfig small_config() {
  ResNetConfig config;
  config.embedding_size = 4;
  config.hidden_sizes = {8, 12};
  config.depths = {1, 2};
  config.num_labels = 3;
  return config;
}

torch::Tensor pictures() {
  return torch::linspace(-1, 1, 2 * 3 * 40 * 48).view({2, 3, 40, 48});
}

}  // namespace

TEST_CASE("the three classes give maps, logits and losses of one net") {
  const ResNetConfig config = small_config();
  torch::manual_seed(1);
  ResNetForImageClassification classifier(config);
  classifier->eval();
  const auto output = classifier->forward(pictures(), torch::tensor({2, 0}), true);
  CHECK(output.logits.sizes() == torch::IntArrayRef{2, 3});
  CHECK(output.loss.dim() == 0);
  CHECK(output.hidden_states.size() == 3);
  CHECK(output.hidden_states[0].sizes() == torch::IntArrayRef{2, 4, 10, 12});
  CHECK(output.hidden_states[2].sizes() == torch::IntArrayRef{2, 12, 5, 6});
  CHECK(classifier->forward(pictures()).hidden_states.empty());
  CHECK_FALSE(classifier->forward(pictures()).loss.defined());

  ResNetModel model(config, classifier->resnet, classifier->preprocess());
  const ModelOutput base = model->forward(pictures());
  CHECK(base.last_hidden_state.equal(output.hidden_states[2]));
  CHECK(base.pooler_output.sizes() == torch::IntArrayRef{2, 12, 1, 1});
}

TEST_CASE("a folder of timm's with a pool or a stride that transformers does not have is refused") {
  const TemporaryFolder folder;
  const auto zeros = std::make_shared<std::vector<float>>(64 * 3 * 7 * 7);
  TensorView stem;
  stem.shape = {64, 3, 7, 7};
  stem.strides = {147, 49, 7, 1};
  stem.storage = std::as_bytes(std::span(*zeros));
  stem.owner = zeros;
  write_safetensors(folder / "model.safetensors", {{"conv1.weight", stem}});
  const auto refused = [&](const std::string& argument) {
    write_text(folder / "config.json",
               R"({"architecture": "resnet18", "pretrained_cfg": {}, "model_args": {)" + argument + "}}");
    return test::message_of(test::error_of([&] { ResNetModel::from_pretrained(folder.path().string()); }));
  };
  CHECK_THAT(refused(R"("global_pool": "max")"),
             Catch::Contains("transformers' ResNet has no global pool but the mean"));
  CHECK_THAT(refused(R"("output_stride": 16)"),
             Catch::Contains("transformers' ResNet has no stride but the published one"));
}

TEST_CASE("the first labels decide about the loss, and the next must be of that kind") {
  ResNetForImageClassification model(small_config());
  CHECK_FALSE(model->config().problem_type);
  model->forward(pictures(), torch::tensor({1, 2}));
  CHECK(model->config().problem_type == ProblemType::single_label_classification);
  const auto refused = [&](const torch::Tensor& labels) {
    return test::message_of(test::error_of([&] { model->forward(pictures(), labels); }));
  };
  CHECK(refused(torch::ones({2, 3})) ==
        "labels: floats [2, 3] do not fit the logits [2, 3] for single_label_classification");
  CHECK_FALSE(refused(torch::tensor({1, 3})).empty());
  CHECK_FALSE(refused(torch::tensor({1, -1})).empty());
  CHECK_FALSE(refused(torch::tensor({1})).empty());
  CHECK(refused(torch::tensor({0, 1}, torch::kInt32)).empty());
}

TEST_CASE("a backbone gives the maps that its configuration names") {
  ResNetConfig config = small_config();
  config.out_features = {"stem", "stage2"};
  ResNetBackbone backbone(config);
  CHECK(backbone->channels() == std::vector<int64_t>{4, 12});
  const BackboneOutput output = backbone->forward(pictures());
  REQUIRE(output.feature_maps.size() == 2);
  CHECK(output.feature_maps[1].size(1) == 12);
}

TEST_CASE("stages may be named or numbered, in their order, once, and alike") {
  ResNetConfig config = small_config();
  CHECK(config.out_stages() == std::vector<int64_t>{2});
  config.out_indices = {0, -1};
  CHECK(config.out_stages() == std::vector<int64_t>{0, 2});
  config.out_features = {"stem", "stage2"};
  CHECK(config.out_stages() == std::vector<int64_t>{0, 2});
  const auto refused = [&](std::vector<std::string> features, std::vector<int64_t> indices) {
    config.out_features = std::move(features);
    config.out_indices = std::move(indices);
    return test::message_of(test::error_of([&] { config.out_stages(); }));
  };
  CHECK(refused({"stage3"}, {}) == "out_features names 'stage3', which is no stage");
  CHECK(refused({}, {3}) == "out_indices holds 3, there are the stages 0 to 2");
  CHECK(refused({"stage2", "stage1"}, {}) == "out_features must name each stage once, in their order");
  CHECK(refused({}, {1, 1}) == "out_indices must name each stage once, in their order");
  CHECK(refused({"stage1"}, {2}) == "out_features and out_indices do not name the same stages");
}

TEST_CASE("a saved model loads again with the same tensors and configuration") {
  const TemporaryFolder folder;
  ResNetConfig config = small_config();
  config.id2label = {"ant", "bee", "wasp"};
  config.problem_type = ProblemType::multi_label_classification;
  config.hidden_act = "silu";
  ResNetForImageClassification model(config);
  model->eval();
  model->save_pretrained(folder / "model");
  LoadReport report;
  auto again =
      ResNetForImageClassification::from_pretrained((folder / "model").string(), {.report = &report});
  CHECK(report.missing.empty());
  CHECK(again->config().id2label == config.id2label);
  CHECK(again->config().problem_type == config.problem_type);
  CHECK(again->config().hidden_act == "silu");
  CHECK_FALSE(again->is_training());
  CHECK(again->forward(pictures()).logits.equal(model->forward(pictures()).logits));
  again->save_pretrained(folder / "again");
  for (const char* file : {"config.json", "preprocessor_config.json", "model.safetensors"})
    CHECK(read_text(folder / "again" / file) == read_text(folder / "model" / file));
  ZOO_CHECK_ERROR(model->save_pretrained(folder / "model"), ErrorCode::usage,
                  (folder / "model").string() +
                      ": is there and is not empty. Give a new folder: nothing is removed for you.");
}

TEST_CASE("another count of labels needs permission") {
  const TemporaryFolder folder;
  ResNetForImageClassification(small_config())->save_pretrained(folder / "model");
  const std::string path = (folder / "model").string();
  CHECK_THROWS_AS(ResNetForImageClassification::from_pretrained(path, {.num_labels = 5}), Error);
  auto model =
      ResNetForImageClassification::from_pretrained(path, {.num_labels = 5, .ignore_mismatched_sizes = true});
  CHECK(model->forward(pictures()).logits.size(1) == 5);
  CHECK(model->config().num_labels == 5);
}

TEST_CASE("what transformers' ResNet cannot be is no model of it") {
  ResNetConfig config = small_config();
  config.hidden_act = "prelu";
  ZOO_CHECK_ERROR(ResNetModel(config), ErrorCode::unsupported,
                  "hidden_act is 'prelu', an activation that zoo does not have");
  CHECK_THROWS_AS(config_of(get_arch("resnet50d"), 10), Error);
}

TEST_CASE("a clone has tensors of its own") {
  ResNetModel model(small_config());
  const auto copy = std::dynamic_pointer_cast<ResNetModelImpl>(model->clone());
  model->eval();
  copy->eval();
  CHECK(copy->forward(pictures()).pooler_output.equal(model->forward(pictures()).pooler_output));
  torch::NoGradGuard no_grad;
  copy->resnet->bn1->weight.zero_();
  CHECK_FALSE(copy->forward(pictures()).pooler_output.equal(model->forward(pictures()).pooler_output));
}
