// Architectures that are no row of the table.
#include "zoo/arch/registry.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"
#include "zoo/arch/arch_json.h"

using namespace zoo;
using namespace zoo::test;

namespace {

ArchSpec own(std::string_view name) {
  ArchSpec spec = get_arch("resnet20_cifar");
  spec.name = name;
  spec.depths = {1, 2, 1};
  spec.channels = {8, 16, 24};
  spec.stem_widths = {8, 0, 0};
  spec.activation = Activation::silu;
  return spec;
}

const ArchSpec& read(const std::string& text) {
  const std::string file = "config.json";
  const JsonTree tree(text, file);
  return parse_arch(JsonNode(tree, file));
}

}  // namespace

TEST_CASE("a registered architecture is known by its name, and keeps what it pointed to") {
  {
    std::string name = "my_net-1";
    const std::vector<Block> blocks{Block::basic, Block::bottleneck, Block::basic};
    ArchSpec spec = own(name);
    spec.channels = {16, 32, 64};
    spec.stem_widths = {16, 0, 0};
    spec.stage_blocks = blocks;
    register_arch(spec);
    name.assign(name.size(), 'x');
  }
  const ArchSpec& found = get_arch("my_net-1");
  CHECK(found.name == "my_net-1");
  CHECK(found.block_of(1) == Block::bottleneck);
  CHECK(list_models("my_net*") == std::vector<std::string>{"my_net-1"});
  CHECK(known_archs().back()->name == "my_net-1");
  CHECK_FALSE(is_row(found));
  CHECK(is_row(get_arch("resnet50")));
  // The same once more is no conflict; another one is.
  CHECK(&register_arch(found) == &found);
  ArchSpec other = found;
  other.depths[0] = 3;
  CHECK_THROWS_WITH(register_arch(other), Catch::Contains("'my_net-1' is that of another architecture"));
  other.name = "resnet50";
  CHECK_THROWS_WITH(register_arch(other), Catch::Contains("'resnet50' is that of another architecture"));
}

TEST_CASE("a spec that cannot be built, or has no usable name, is not registered") {
  ArchSpec spec = own("broken");
  spec.depths[1] = 0;
  CHECK_THROWS_AS(register_arch(spec), Error);
  CHECK(find_arch("broken") == nullptr);
  const std::string name = GENERATE("", "a b", "a.b", "a/b", "caf\xc3\xa9");
  CHECK_THROWS_WITH(register_arch(own(name)), Catch::Contains("letters, digits"));
}

TEST_CASE("every row survives JSON, and so does a net of one's own") {
  for (const ArchSpec& row : arch_table()) {
    INFO(to_json(row));
    const ArchSpec& back = read(to_json(row));
    CHECK(is_same_net(back, row));
    CHECK(back.name == row.name);
    CHECK(back.paper == row.paper);
  }
  CHECK(is_same_net(read(to_json(own("x"))), own("x")));
  CHECK(&read(to_json(own("x"))) == &read(to_json(own("x"))));  // kept once
  CHECK(find_arch("x") == nullptr);
}

TEST_CASE("what is wrong in a spec's JSON is refused with its place") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {R"([])", "config.json: is of type array"},
      {R"({"name": "a", "depths": [1]})", "no member 'channels'"},
      {R"({"name": "../../a", "depths": [1], "channels": [8]})", "/name: is not made of letters"},
      {R"({"name": "a\u0000", "depths": [1], "channels": [8]})", "/name: is not made of letters"},
      {R"({"name": "a\u001b[31m", "depths": [1], "channels": [8]})", "/name: is not made of letters"},
      {R"({"name": "a", "depths": [1, 1, 1, 1], "channels": [8, 8, 8, 8], "depth": 1})",
       "/depth: unknown member"},
      {R"({"name": "a", "depths": [1, 1, 1, 1], "channels": [8, 8, 8, 8], "stem": "big"})",
       "/stem: is 'big', expected one of conv7x7, conv3x3, deep"},
      {R"({"name": "a", "depths": [1, 1, 1, 1], "channels": [8, 8, 8, 8], "num_stages": -1})", "/num_stages"},
      {R"({"name": "a", "depths": [1, 1, 1, 1], "channels": [8, 8, 8, 8], "groups": 99999999999})",
       "/groups"},
      {R"({"name": "a", "depths": [1, 1, 1, 1, 1, 1, 1, 1, 1], "channels": [8]})", "/depths: has 9 items"},
      {R"({"name": "a", "depths": [1000000, 1000000, 1, 1], "channels": [8, 8, 8, 8]})",
       "/depths: are more than"},
      {R"({"name": "a", "depths": [1, 0, 1, 1], "channels": [8, 8, 8, 8]})", "config.json: "},
      {R"({"name": "a", "depths": [1, 1, 1, 1], "channels": [8, 8, 8, 8], "pruned": [[1]]})",
       "/pruned/0: has not two"},
  }));
  CHECK_THROWS_WITH(read(text), Catch::Contains(message));
}
