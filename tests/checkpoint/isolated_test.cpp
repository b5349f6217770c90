// What hostile work in a child process can do to its parent: nothing.
#include "zoo/checkpoint/isolated.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <vector>

#include "zoo/core/error.h"

namespace zoo {

TEST_CASE("isolated work gives its result or its error") {
  const std::string large(1 << 20, 'x');
  CHECK(run_isolated([&] { return large; }) == large);
  CHECK(run_isolated([] { return std::string(); }).empty());
  try {
    run_isolated([]() -> std::string { throw Error(ErrorCode::unsupported, {}, "too new"); });
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unsupported);
    CHECK(std::string(error.what()) == "too new");
  }
}

TEST_CASE("isolated work that goes wrong is an error") {
  const auto outcome = [](const std::function<std::string()>& work) {
    const IsolationLimits limits{.memory_bytes = 64 << 20, .seconds = 1, .result_bytes = 1 << 20};
    CHECK_THROWS_AS(run_isolated(work, limits), Error);
  };
  SECTION("a crash") {
    outcome([]() -> std::string {
      std::raise(SIGSEGV);
      return {};
    });
  }
  SECTION("an exit") {
    outcome([]() -> std::string { std::_Exit(0); });
  }
  SECTION("an endless loop") {
    outcome([]() -> std::string {
      for (const volatile bool forever = true; forever;) {
      }
      return {};
    });
  }
  SECTION("a result that is too large") {
    outcome([] { return std::string(2 << 20, 'x'); });
  }
  SECTION("memory without end") {
    outcome([]() -> std::string {
      std::vector<std::string> parts;
      for (int i = 0; i < 1000; ++i) parts.emplace_back(1 << 20, 'x');
      return "done";
    });
  }
}

}  // namespace zoo
