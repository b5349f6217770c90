#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"
#include "zoo/base/error.h"

namespace zoo::test {
namespace {

std::string weights(const std::string& name) {
  return dict({{text(name), tensor()}});
}

StateDict find(const std::string& object) {
  return find_state_dict(read_bytes(torch_zip(object)));
}

const std::string kOptimizer = dict(
    {{text("state"), dict({{"K\x01", dict({{text("exp_avg"), tensor()}})}})}, {text("param_groups"), "]"}});

}  // namespace

TEST_CASE("names are keys joined by dots and positions in brackets") {
  const auto checkpoint = read_bytes(
      torch_zip(dict({{text("a"), dict({{text("b"), tuple({tensor(), "](" + tensor() + tensor() + "e"})}})},
                      {"K\x05", tensor()},
                      {text("n"), "K\x01"}})));
  std::vector<std::string> names;
  for (const auto& tensor : checkpoint.tensors()) names.push_back(tensor.name);
  CHECK(names == std::vector<std::string>{"a.b[0]", "a.b[1][0]", "a.b[1][1]", "5"});
}

TEST_CASE("the weights are found in the usual wrappers") {
  SECTION("none") {
    const StateDict found = find(weights("conv1.weight"));
    CHECK(found.wrapper.empty());
    CHECK(found.tensors[0].name == "conv1.weight");
  }
  SECTION("one, beside an optimizer") {
    const std::string name = GENERATE("state_dict"s, "model"s, "model_state_dict"s, "state_dict_ema"s, "net"s,
                                      "state"s, "module"s, "my_state_dict"s, "anything"s);
    const StateDict found =
        find(dict({{text("epoch"), "K\x01"}, {text("optimizer"), kOptimizer}, {text(name), weights("w")}}));
    CHECK(found.wrapper == name);
    REQUIRE(found.tensors.size() == 1);
    CHECK(found.tensors[0].name == "w");
  }
  SECTION("one inside another") {
    CHECK(find(dict({{text("model"), dict({{text("state_dict"), weights("w")}})}})).wrapper ==
          "model.state_dict");
  }
  SECTION("the trained weights before their average, either before an unknown name") {
    CHECK(find(dict({{text("state_dict_ema"), weights("w")}, {text("state_dict"), weights("w")}})).wrapper ==
          "state_dict");
    CHECK(find(dict({{text("other"), weights("w")}, {text("net"), weights("w")}})).wrapper == "net");
  }
  SECTION("others of the same size are told, an optimizer and what is smaller are not") {
    const std::string two =
        dict({{text("w"), tensor()}, {text("v"), tensor()}, {text("u"), tensor()}, {text("t"), tensor()}});
    const StateDict found = find(dict({{text("slow_weights"), two},
                                       {text("model"), two},
                                       {text("optimizer"), kOptimizer},
                                       {text("criterion"), weights("w")}}));
    CHECK(found.wrapper == "model");
    CHECK(found.others == std::vector<std::string>{"slow_weights"});
    CHECK(find(dict({{text("model"), dict({{text("ema"), two}, {text("net"), two}})}})).others ==
          std::vector<std::string>{"model.net"});
    CHECK(find(dict({{text("model"), two}})).others.empty());
  }
  SECTION("a wrapper without tensors is none") {
    CHECK(find(dict({{text("model"), text("resnet18")}, {text("weights"), weights("w")}})).wrapper ==
          "weights");
  }
  SECTION("parts with names of their own belong together") {
    const StateDict found = find(dict({{text("layer1"), weights("w")}, {text("layer2"), weights("w")}}));
    CHECK(found.wrapper.empty());
    REQUIRE(found.tensors.size() == 2);
    CHECK(found.tensors[1].name == "layer2.w");
  }
  SECTION("a student and a teacher are both kept: their names tell which is meant") {
    const StateDict found = find(dict({{text("student"), weights("w")}, {text("teacher"), weights("w")}}));
    CHECK(found.wrapper.empty());
    REQUIRE(found.tensors.size() == 2);
    CHECK(found.tensors[1].name == "teacher.w");
    CHECK(find(dict({{text("student"), weights("w")}, {text("epoch"), "K\x01"}})).wrapper == "student");
  }
  SECTION("tensors beside an optimizer are the weights") {
    const StateDict found = find(dict({{text("w"), tensor()}, {text("optim_state"), weights("exp_avg")}}));
    REQUIRE(found.tensors.size() == 1);
    CHECK(found.tensors[0].name == "w");
  }
}

TEST_CASE("an optimizer's state is no state dict") {
  CHECK_THROWS_AS(find(kOptimizer), Error);
  CHECK_THROWS_AS(find(dict({{text("optimizer"), kOptimizer}})), Error);
}

TEST_CASE("where there is no state dict the error lists the keys") {
  CHECK_THAT(error_of([] { find(dict({{text("epoch"), "K\x01"}, {text("best"), "N"}})); }),
             Catch::Contains("no state dict") && Catch::Contains("'epoch', 'best'"));
  CHECK_THAT(error_of([] { find(tensor()); }), Catch::Contains("not a dict"));
}

}  // namespace zoo::test
