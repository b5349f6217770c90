// JSON as a list of values, and the values as nodes with a place.
#include "zoo/base/json_tree.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "zoo/base/json_node.h"

using namespace zoo;

TEST_CASE("values are listed in document order, each with its parent and its end") {
  const JsonTree tree(R"({"a": [1, {}, "x\u00e9\n"], "b": {"c": -2.5e1, "d": null}, "e": true})", "f.json");
  const auto& entries = tree.entries();
  REQUIRE(entries.size() == 9);
  CHECK(entries[0].end == 9);
  CHECK(entries[1].end == 5);
  CHECK(entries[2].integer == 1);
  CHECK(entries[3].end == 4);  // an empty object
  CHECK(entries[4].text == "x\xc3\xa9\n");
  CHECK(entries[6].real == -25);
  CHECK(entries[6].parent == 5);
  CHECK(tree.member(0, "e") == 8);
  CHECK(entries[8].flag);
  CHECK(tree.member(5, "d") == 7);
  CHECK(tree.member(5, "e") == 0);  // that of another object
  CHECK(tree.member(3, "c") == 0);
}

TEST_CASE("a pointer leads from the whole to a value") {
  const JsonTree tree(R"({"a/b": [0, [1, {"~": 2}]]})", "f.json");
  CHECK(tree.pointer(0).empty());
  CHECK(tree.pointer(1) == "/a~1b");
  CHECK(tree.pointer(2) == "/a~1b/0");
  CHECK(tree.pointer(tree.entries().size() - 1) == "/a~1b/1/1/~0");
}

TEST_CASE("a member that is there twice and text that is not JSON are refused") {
  ZOO_CHECK_ERROR(JsonTree(R"({"a": {"b": 1}, "c": 2, "a": 3})", "f.json"), ErrorCode::corrupt,
                  "f.json: member 'a' is there twice in one object");
  CHECK_NOTHROW(JsonTree(R"({"a": {"a": [{}, {"a": 1}]}, "b": {"a": 1}})", "f.json"));
  for (const char* text : {"", "{", "[1,]", "{\"a\" 1}", "nul", "1e999", "\"\xff\"", "[1] 2"}) {
    INFO(text);
    const auto error = test::error_of([&] { JsonTree(text, "f.json"); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::corrupt);
    CHECK(std::string(error->what()).starts_with("f.json: is not JSON: "));
  }
}

TEST_CASE("what is wrong with a text is said in a few characters that a terminal can show") {
  const std::string lies_long = "[\"" + std::string(10'000, 'x') + "\x01\"]";
  for (const std::string& text :
       {lies_long, std::string("[\"\xff\""),
        "{\"\\u001b" + std::string(5000, 'k') + "\": 1, \"\\u001b" + std::string(5000, 'k') + "\": 2}"}) {
    const std::string message = test::message_of(test::error_of([&] { JsonTree(text, "f.json"); }));
    CHECK(message.starts_with("f.json: "));
    CHECK(message.size() < 500);
    CHECK(message.find('\x1b') == std::string::npos);
    CHECK(message.find('\xff') == std::string::npos);
  }
  const std::string digits(300, '7'), file = "f.json";
  const JsonTree tree("[" + digits + "]", file);
  const std::string message =
      test::message_of(test::error_of([&] { JsonNode(tree, file).items()[0].integer(0, 9); }));
  CHECK(message == "f.json:/0: is " + digits.substr(0, 100) + "..., expected 0 to 9");
}

TEST_CASE("an object of very many members does not take quadratic time") {
  std::string text = "{\"0\": 0";
  for (int i = 1; i < 300'000; ++i) text += ", \"" + std::to_string(i) + "\": 0";
  CHECK(JsonTree(text + "}", "f.json").entries().size() == 300'001);
  ZOO_CHECK_ERROR(JsonTree(text + ", \"7\": 0}", "f.json"), ErrorCode::corrupt,
                  "f.json: member '7' is there twice in one object");
}

TEST_CASE("integers have the range of int64_t, numbers that of double") {
  const JsonTree tree("[9223372036854775807, -9223372036854775808, 9223372036854775808, 7, 0.5]", "f.json");
  const std::string file = "f.json";
  const auto items = JsonNode(tree, file).items();
  CHECK(items[0].integer(0, JsonNode::kAny) == JsonNode::kAny);
  CHECK(items[3].number(0, 10) == 7);
  CHECK(items[4].number(0, 1) == 0.5);
  ZOO_CHECK_ERROR(items[1].integer(0, 9), ErrorCode::corrupt,
                  "f.json:/1: is -9223372036854775808, expected 0 to 9");
  ZOO_CHECK_ERROR(items[2].integer(0, JsonNode::kAny), ErrorCode::corrupt,
                  "f.json:/2: is 9223372036854775808, expected 0 or more");
  ZOO_CHECK_ERROR(items[4].integer(0, 9), ErrorCode::corrupt,
                  "f.json:/4: is of type number, expected an integer");
}
