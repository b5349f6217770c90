#include "zoo/base/foreign_text.h"

#include <catch2/catch.hpp>

#include "zoo/base/error.h"

using namespace zoo;
using std::string_literals::operator""s;

TEST_CASE("UTF-8 is told from other bytes") {
  CHECK(is_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
  const std::string_view bad = GENERATE("\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
                                        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3(", "\xE2\x82");
  CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("an excerpt can be printed whatever the bytes") {
  CHECK(excerpt("conv1.weight") == "conv1.weight");
  CHECK(excerpt("a\x1b[31m\n") == "a\\x1b[31m\\x0a");
  CHECK(excerpt("a\xff") == "a\\xff");
  CHECK(excerpt("abc\xC3\xA9", 4) == "abc...");
  CHECK(excerpt("abc\xC3\xA9", 5) == "abc\xC3\xA9");
  CHECK(excerpt(std::string(200, 'x'), 3) == "xxx...");
  CHECK(excerpt("\xC3\xA9\xff\xC3") == "\xC3\xA9\\xff\\xc3");
  CHECK(excerpt("a\xC2\x9B\xC2\xA0"s + '\0') == "a\\xc2\\x9b\xC2\xA0\\x00");
  CHECK(excerpt("\n\n\n", 9) == "\\x0a\\x0a...");
  CHECK(excerpt("", 0).empty());
  CHECK(printable("a\n\tb\x1b") == "a\\x0a\\x09b\\x1b");
  CHECK(printable(printable("\n\xff")) == printable("\n\xff"));
}

TEST_CASE("what turns, ends or hides a line is shown as bytes, and what words are made of is left alone") {
  CHECK(printable("a\xE2\x80\xAE"
                  "gpj") == "a\\xe2\\x80\\xaegpj");  // U+202E
  for (const std::string_view hidden :
       {"\xD8\x9C", "\xE2\x80\x8B", "\xE2\x80\x8E", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAA",
        "\xE2\x81\xA6", "\xE2\x81\xA9", "\xEF\xBB\xBF", "\xEF\xBF\xB9", "\xF3\xA0\x80\x81", "\xC2\x85"}) {
    CHECK(printable(hidden).starts_with("\\x"));
    CHECK(printable(hidden).size() == 4 * hidden.size());
  }
  for (const std::string_view plain :
       {"gr\u00f6\u00dfe", "\u732b", "\u05d7\u05ea\u05d5\u05dc", "\u0642\u0637\u0629",
        "\u0915\u094d\u200d\u0937", "\U0001F468\u200D\U0001F469", "\u00a0", "\\x1b"}) {
    CHECK(printable(plain) == plain);
  }
}

TEST_CASE("JSON text keeps its meaning") {
  CHECK(printable_json("{\n  \"gr\u00f6\u00dfe\": \"\xC2\x9B\x7F\xE2\x80\xAE\xF3\xA0\x80\x81\"\n}") ==
        "{\n  \"gr\u00f6\u00dfe\": \"\\u009b\\u007f\\u202e\\udb40\\udc01\"\n}");
}

TEST_CASE("an error's message can be printed whatever it is about") {
  const Error error(ErrorCode::io, "a\n\x1b[2J\xff", "two\nlines\r", "Do \x9b.");
  CHECK(error.what() == "a\\x0a\\x1b[2J\\xff: two\\x0alines\\x0d. Do \\x9b."s);
  CHECK(Error(ErrorCode::io, error.what(), "again").what() ==
        "a\\x0a\\x1b[2J\\xff: two\\x0alines\\x0d. Do \\x9b.: again"s);
  CHECK(Error(ErrorCode::io, std::string(5000, 'x'), "y").what() == std::string(1000, 'x') + "...: y");
}
