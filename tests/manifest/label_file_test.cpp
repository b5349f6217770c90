#include "zoo/manifest/label_file.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"

using namespace zoo;
using Names = std::vector<std::string>;

namespace {

Names names(const std::string& text) {
  return parse_label_file(text, "f").names;
}

std::string complaint(const std::string& text) {
  const auto error = test::error_of([&] { parse_label_file(text, "f"); });
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::corrupt);
  return error->what();
}

}  // namespace

TEST_CASE("lists of class names are read as people keep them") {
  CHECK(names("ant\nbee\n\ncat") == Names{"ant", "bee", "cat"});
  CHECK(names("ant\r\nbee \r\n") == Names{"ant", "bee"});
  const LabelSet tabs = parse_label_file("tench\tn01440764\ncrane bird\tn02012849\tcrane\n", "f");
  CHECK(tabs.names == Names{"tench", "crane bird"});
  CHECK(tabs.other_names == OtherNames{{"crane", 1}, {"n01440764", 0}, {"n02012849", 1}});
  const LabelSet ids = parse_label_file("n01440764 tench, Tinca tinca\nn01443537 goldfish\n", "f");
  CHECK(ids.names == Names{"tench, Tinca tinca", "goldfish"});
  CHECK(ids.other_names == OtherNames{{"n01440764", 0}, {"n01443537", 1}});
  CHECK(names("1 001.Black_footed_Albatross\n2 002.Laysan_Albatross\n") ==
        Names{"001.Black_footed_Albatross", "002.Laysan_Albatross"});
  CHECK(names("0: ant\n1: bee\n") == Names{"ant", "bee"});
  CHECK(names("1 euro\n2 euro\n") == Names{"1 euro", "2 euro"});
  CHECK(names("1 daisy\n3 rose\n2 tulip\n") == Names{"daisy", "tulip", "rose"});
  CHECK_THROWS_WITH(names("daisy\nrose\nrose\n"), Catch::Contains("two classes are called 'rose'"));
  CHECK(names("0\n1\n") == Names{"0", "1"});
  CHECK(names("3 ants\n4 bees\n") == Names{"3 ants", "4 bees"});
}

TEST_CASE("lists of class names in JSON may go either way") {
  CHECK(names(R"(["ant", "bee"])") == Names{"ant", "bee"});
  CHECK(names(R"({"1": "bee", "0": "ant"})") == Names{"ant", "bee"});
  CHECK(names(R"({"bee": 1, "ant": 0})") == Names{"ant", "bee"});
  CHECK(names(R"({"1": 0, "0": 1})") == Names{"1", "0"});
  CHECK(names(R"({"model_type": "resnet", "id2label": {"0": "ant", "1": "bee"}})") == Names{"ant", "bee"});
  CHECK(names(R"({"classes": ["ant", "bee"], "epochs": 3})") == Names{"ant", "bee"});
  CHECK(names(R"({"classes": 0, "names": 1})") == Names{"classes", "names"});
  const LabelSet set =
      parse_label_file(R"({"1": ["n01443537", "goldfish"], "0": ["n01440764", "tench"]})", "f");
  CHECK(set.names == Names{"tench", "goldfish"});
  CHECK(set.other_names == OtherNames{{"n01440764", 0}, {"n01443537", 1}});
  CHECK(names(R"({"n01440764": 0})") == Names{"n01440764"});
}

TEST_CASE("a list that names no classes is refused with its place") {
  CHECK_THAT(complaint("{\"21\": \"fire lily\", \"3\": \"canterbury bells\"}"),
             Catch::Contains("are not 0 to 1, each once: 3 stands in the place of 0"));
  CHECK_THAT(complaint("{\"a\": 0, \"b\": 0}"), Catch::Contains("0 stands in the place of 1"));
  CHECK_THAT(complaint("{\"a\": 0, \"b\": \"c\"}"), Catch::StartsWith("f:/b: is no list of class names"));
  CHECK_THAT(complaint("{\"a\": \"b\"}"), Catch::StartsWith("f:/a: is no list of class names"));
  CHECK_THAT(complaint("[1, 2]"), Catch::StartsWith("f:/0: is no list of class names"));
  CHECK_THAT(complaint("{}"), Catch::StartsWith("f: is no list of class names"));
  CHECK_THAT(complaint("{0: 'ant'}"), Catch::StartsWith("f: "));
  CHECK_THAT(complaint("a\tb\nc\t\td\n"), Catch::StartsWith("f: an empty name in"));
}
