#include "zoo/manifest/label_set.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "tests/temporary_folder.h"
#include "zoo/base/file.h"
#include "zoo/manifest/built_in.h"
#include "zoo/manifest/manifest.h"

using namespace zoo;
using Catch::Matchers::Equals;

TEST_CASE("a label set is a line a class, with other names after tabs") {
  const test::TemporaryFolder folder;
  write_text(folder / "set.txt", "crane bird\tn02012849\tcrane\ncrane\tn03126707\tderrick\nno other name\n");
  const LabelSet set = read_label_set(folder / "set.txt", 3);
  CHECK_THAT(set.names, Equals(std::vector<std::string>{"crane bird", "crane", "no other name"}));
  CHECK(set.other_names == OtherNames{{"crane", 0}, {"derrick", 1}, {"n02012849", 0}, {"n03126707", 1}});
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
  CHECK(complaint("a\na\n") == ":2: the name 'a' is there twice");
  CHECK(complaint("a\tb\tb\n") == ":1: the name 'b' is there twice");
  CHECK(complaint("a\nb\nc\n") == ": 3 lines, the manifest says 2 classes");
}

TEST_CASE("the label sets that are compiled in are those of the files") {
  const Manifest manifest = Manifest::load(std::filesystem::path(ZOO_SOURCE_DIR) / "weights.json");
  const std::vector<std::string> names = built_in_label_sets();
  CHECK(names == std::vector<std::string>{"cifar10", "cifar100", "cub-200-2011", "drawn-shapes",
                                          "imagenet-12k", "imagenet-1k", "imagenet-21k-goog",
                                          "imagenet-21k-miil", "stanford-cars"});
  for (const std::string& name : names) {
    INFO(name);
    const LabelSet& compiled = built_in_label_set(name);
    const auto size = static_cast<int64_t>(compiled.names.size());
    const LabelSet file =
        read_label_set(std::filesystem::path(ZOO_SOURCE_DIR) / "weights" / "labels" / (name + ".txt"), size);
    CHECK(compiled.names == file.names);
    CHECK(compiled.other_names == file.other_names);
    CHECK(manifest.label_set(name).names == file.names);  // the manifest knows them all
    CHECK(&built_in_label_set(name) == &compiled);        // made once
  }
}

TEST_CASE("a label set that is not compiled in is told so") {
  CHECK(find_built_in_label_set("imagenet") == nullptr);
  const auto error = test::error_of([] { built_in_label_set("imagenet"); });
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::not_found);
  CHECK(std::string(error->what()).starts_with("no label set 'imagenet'. Known: cifar10, cifar100, "));
}

TEST_CASE("the manifest that is compiled in is weights.json") {
  CHECK(built_in_manifest() == read_text(std::filesystem::path(ZOO_SOURCE_DIR) / "weights.json"));
}

TEST_CASE("a manifest without its label files names classes all the same") {
  const test::TemporaryFolder folder;
  const std::filesystem::path source = std::filesystem::path(ZOO_SOURCE_DIR) / "weights.json";
  std::filesystem::copy_file(source, folder / "weights.json");
  const Manifest alone = Manifest::load(folder / "weights.json");
  CHECK(alone.label_set("imagenet-1k").names == Manifest::load(source).label_set("imagenet-1k").names);
  CHECK(alone.label_set("imagenet-1k").other_names == built_in_label_set("imagenet-1k").other_names);
}
