#include "zoo/core/label_set.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/core/file.h"

using namespace zoo;
using Catch::Matchers::Equals;

TEST_CASE("a label set is a line a class, with other names after tabs") {
  const test::TemporaryFolder folder;
  write_text(folder / "set.txt", "crane bird\tn02012849\ncrane\tn03126707\tderrick\nno other name\n");
  const LabelSet set = read_label_set(folder / "set.txt", 3);
  CHECK_THAT(set.names, Equals(std::vector<std::string>{"crane bird", "crane", "no other name"}));
  CHECK(set.other_names == std::vector<std::pair<std::string, std::string>>{
                               {"derrick", "crane"}, {"n02012849", "crane bird"}, {"n03126707", "crane"}});
}

TEST_CASE("a label set that could be misread is refused") {
  const test::TemporaryFolder folder;
  const auto path = folder / "set.txt";
  const auto complaint = [&](const std::string& text) {
    write_text(path, text);
    const auto error = test::error_of([&] { read_label_set(path, 2); });
    REQUIRE(error.has_value());
    CHECK(error->code() == ErrorCode::corrupt);
    return std::string(error->what()).substr(path.string().size());
  };
  CHECK(complaint("") == ": does not end with a line feed");
  CHECK(complaint("a\nb") == ": does not end with a line feed");
  CHECK(complaint("a\n\n") == ":2: an empty name");
  CHECK(complaint("a\t\nb\n") == ":1: an empty name");
  CHECK(complaint("a\nb\ta\n") == ":2: the name 'a' is there twice");
  CHECK(complaint("a\nb\nc\n") == ": 3 lines, the manifest says 2 classes");
}
