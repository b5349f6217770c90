#include "zoo/convert/class_names.h"

#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"

namespace zoo::test {
namespace {

using Names = std::vector<std::string>;

const Names kAntsAndBees{"ant", "bee"};

std::string list(const std::vector<std::string>& items) {
  std::string body = "](";
  for (const std::string& item : items) body += item;
  return body + "e";
}

// In a checkpoint that has `member` beside its weights.
Names find(const std::string& key, const std::string& member) {
  return class_names_in(read_bytes(
      torch_zip(dict({{text("state_dict"), dict({{text("w"), tensor()}})}, {text(key), member}}))));
}

}  // namespace

TEST_CASE("class names are found where trainers keep them") {
  const std::string names = list({text("ant"), text("bee")});
  CHECK(find("classes", names) == kAntsAndBees);
  CHECK(find("class_names", tuple({text("ant"), text("bee")})) == kAntsAndBees);
  CHECK(find("meta", dict({{text("CLASSES"), names}})) == kAntsAndBees);
  CHECK(find("meta", dict({{text("epoch"), number(3)},
                           {text("dataset_meta"), dict({{text("classes"), names}})}})) == kAntsAndBees);
  CHECK(find("hyper_parameters", dict({{text("class_names"), names}})) == kAntsAndBees);
  CHECK(find("class_to_idx", dict({{text("bee"), number(1)}, {text("ant"), number(0)}})) == kAntsAndBees);
  CHECK(find("idx_to_class", dict({{number(1), text("bee")}, {number(0), text("ant")}})) == kAntsAndBees);
  CHECK(find("id2label", dict({{text("1"), text("bee")}, {text("0"), text("ant")}})) == kAntsAndBees);
}

TEST_CASE("what is no list of class names is none") {
  CHECK(find("epoch", number(3)).empty());
  CHECK(find("classes", number(3)).empty());
  CHECK(find("classes", list({number(3), number(4)})).empty());
  CHECK(find("classes", list({text("ant"), text("")})).empty());
  CHECK(find("class_to_idx", dict({{text("ant"), number(1)}, {text("bee"), number(2)}})).empty());
  CHECK(find("class_to_idx", dict({{text("ant"), text("x")}})).empty());
  CHECK(class_names_in(read_bytes(torch_zip(tensor()))).empty());
}

TEST_CASE("safetensors' metadata may name the classes in JSON") {
  const auto names = [](const std::string& metadata) {
    return class_names_in(read_bytes(safetensors("{\"__metadata__\":{" + metadata + "}}", "")));
  };
  CHECK(names(R"("class_names":"[\"ant\", \"bee\"]")") == kAntsAndBees);
  CHECK(names(R"("id2label":"{\"0\": \"ant\", \"1\": \"bee\"}")") == kAntsAndBees);
  CHECK(names(R"("classes":"[1, 2]")").empty());
  CHECK(names(R"("classes":"two")").empty());
}

}  // namespace zoo::test
