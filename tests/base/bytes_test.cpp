#include "zoo/base/bytes.h"

#include <catch2/catch.hpp>

namespace zoo::test {

TEST_CASE("a range fits only without overflow") {
  CHECK(fits(3, 7, 10));
  CHECK(fits(10, 0, 10));
  CHECK_FALSE(fits(4, 7, 10));
  CHECK_FALSE(fits(11, 0, 10));
  CHECK_FALSE(fits(5, ~uint64_t{0}, 10));
}

}  // namespace zoo::test
