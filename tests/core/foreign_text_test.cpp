#include "zoo/core/foreign_text.h"

#include <catch2/catch.hpp>

#include "zoo/core/error.h"

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
  CHECK(shown_lines("a\n\tb\x1b") == "a\n\\x09b\\x1b");
}

TEST_CASE("an error's message can be printed whatever it is about") {
  const Error error(ErrorCode::io, "a\n\x1b[2J\xff", "two\nlines\r", "Do \x9b.");
  CHECK(error.what() == "a\\x0a\\x1b[2J\\xff: two\nlines\\x0d. Do \\x9b."s);
  CHECK(Error(ErrorCode::io, error.what(), "again").what() ==
        "a\\x0a\\x1b[2J\\xff: two\\x0alines\\x0d. Do \\x9b.: again"s);
  CHECK(Error(ErrorCode::io, std::string(5000, 'x'), "y").what() == std::string(1000, 'x') + "...: y");
}
