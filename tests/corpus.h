// Where the real files are that the tests labelled "corpus" read: $ZOO_CORPUS, else ../shared/corpus beside
// the project. They are not part of the project; without them those tests are skipped.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "tests/skip.h"

namespace zoo::test {

inline std::optional<std::filesystem::path> corpus() {
  const char* variable = std::getenv("ZOO_CORPUS");
  const std::filesystem::path path =
      variable != nullptr ? variable : std::filesystem::path(ZOO_SOURCE_DIR) / ".." / "shared" / "corpus";
  if (!std::filesystem::is_directory(path)) return std::nullopt;
  return std::filesystem::weakly_canonical(path);
}

}  // namespace zoo::test

// First line of a test case that needs the corpus and has the tag "[corpus]".
#define ZOO_REQUIRE_CORPUS(variable)                                           \
  const auto variable##_found = zoo::test::corpus();                           \
  if (!variable##_found) return zoo::test::skip("no corpus (set ZOO_CORPUS)"); \
  const std::filesystem::path& variable = *variable##_found
