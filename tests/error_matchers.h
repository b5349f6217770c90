// Checks of a zoo::Error: its code and its whole message.
#pragma once

#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "zoo/base/error.h"

namespace zoo::test {

// What `action` throws, or nothing if it does not throw.
template <typename Action>
std::optional<Error> error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

// Its message; "" of nothing.
inline std::string message_of(const std::optional<Error>& error) {
  return error ? error->what() : "";
}

}  // namespace zoo::test

#define ZOO_CHECK_ERROR(action, expected_code, expected_message)         \
  do {                                                                   \
    const auto zoo_error = zoo::test::error_of([&] { (void)(action); }); \
    REQUIRE(zoo_error.has_value());                                      \
    CHECK(std::string(zoo_error->what()) == (expected_message));         \
    CHECK((zoo_error->code() == (expected_code)));                       \
  } while (false)
