#include "zoo/checkpoint/bytes.h"

#include <catch2/catch.hpp>

namespace zoo::test {

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
}

TEST_CASE("a range fits only without overflow") {
  CHECK(fits(3, 7, 10));
  CHECK(fits(10, 0, 10));
  CHECK_FALSE(fits(4, 7, 10));
  CHECK_FALSE(fits(11, 0, 10));
  CHECK_FALSE(fits(5, ~uint64_t{0}, 10));
}

}  // namespace zoo::test
