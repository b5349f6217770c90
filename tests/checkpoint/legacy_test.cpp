#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"

namespace zoo::test {
TEST_CASE("a legacy checkpoint opens") {
  const auto checkpoint = read_bytes(legacy());
  CHECK(checkpoint.format() == Format::legacy);
  REQUIRE(checkpoint.tensors().size() == 1);
  CHECK(floats(checkpoint.tensors()[0].tensor) == std::vector<float>{1, 2, 3, 4});
}

TEST_CASE("a legacy storage view is an offset into its storage") {
  Tensor part{.offset = number(1), .shape = tuple({number(2)}), .strides = tuple({number(1)})};
  part.view = tuple({text("view"), number(1), number(3)});
  const auto checkpoint = read_bytes(legacy({.object = part.view.empty() ? "" : tensor(part)}));
  REQUIRE(checkpoint.tensors().size() == 1);
  CHECK(checkpoint.tensors()[0].name.empty());
  CHECK(floats(checkpoint.tensors()[0].tensor) == std::vector<float>{3, 4});

  part.offset = number(2);
  CHECK_THAT(error_of(legacy({.object = tensor(part)})),
             Catch::Contains("exceeds its storage of 3 elements"));
  part.view = tuple({text("view"), number(2), number(3)});
  CHECK_THAT(error_of(legacy({.object = tensor(part)})), Catch::Contains("exceeds its storage"));
}

TEST_CASE("a legacy file that lies is refused") {
  SECTION("its magic number") {
    CHECK_THAT(error_of(legacy({.magic = number(12345)})),
               Catch::Contains("pickle that torch did not write"));
  }
  SECTION("its protocol version") {
    CHECK_THAT(error_of(legacy({.version = number(1002)})), Catch::Contains("protocol version is not 1001"));
  }
  SECTION("its byte order") {
    CHECK_THAT(error_of(legacy({.system = dict({{text("little_endian"), "\x89"s}})})),
               Catch::Contains("big-endian"));
    CHECK_THAT(error_of(legacy({.system = "N"})), Catch::Contains("does not say its byte order"));
  }
  SECTION("a key that no tensor uses") {
    CHECK_THAT(error_of(legacy({.keys = "]" + text("1") + "a"})), Catch::Contains("one that no tensor uses"));
  }
  SECTION("a key twice") {
    CHECK_THAT(error_of(legacy({.keys = "](" + text("0") + text("0") + "e"})),
               Catch::Contains("has one twice"));
  }
  SECTION("a key that is missing") {
    CHECK_THAT(error_of(legacy({.keys = "]", .storages = ""})),
               Catch::Contains("storage '0' is not in the file"));
  }
  SECTION("the element count before the bytes") {
    CHECK_THAT(error_of(legacy({.storages = le<int64_t>(5) + four_floats()})),
               Catch::Contains("has 5 elements, its tensors need 4"));
    CHECK_THAT(error_of(legacy({.storages = le<int64_t>(-1) + four_floats()})),
               Catch::Contains("has -1 elements"));
  }
  SECTION("trailing bytes") {
    CHECK_THAT(error_of(legacy() + "xyz"), Catch::Contains("3 bytes follow the last tensor"));
  }
  SECTION("a storage as large as 2^63 bytes") {
    const std::string object = tensor({.storage_size = int64_t{1} << 61});
    CHECK_THAT(error_of(legacy({.object = object})), Catch::Contains("larger than 2^63 bytes"));
  }
  SECTION("a storage of two kinds, of which Python takes the first") {
    const std::string object = tuple({tensor(), tensor({.storage_class = "IntStorage"})});
    CHECK_THAT(error_of(legacy({.object = object})), Catch::Contains("storage '0' is of two kinds"));
  }
  SECTION("a view at two places, of which Python takes the first") {
    const auto part = [](int64_t offset) {
      return tensor({.shape = tuple({number(2)}),
                     .strides = tuple({number(1)}),
                     .view = tuple({text("view"), number(offset), number(2)})});
    };
    CHECK_THAT(error_of(legacy({.object = tuple({part(0), part(1)})})),
               Catch::Contains("'view' is at two places"));
    CHECK(read_bytes(legacy({.object = tuple({part(1), part(1)})})).tensors().size() == 2);
  }
  SECTION("a storage that the pickle gives two sizes") {
    const std::string object = tuple({tensor(), tensor({.storage_size = 5})});
    CHECK_THAT(error_of(legacy({.object = object})), Catch::Contains("16 elsewhere"));
  }
}

TEST_CASE("what any of a legacy file's pickles names is listed") {
  const std::string call = global("os", "system") + tuple({text("echo")}) + "R0";
  const Legacy parts =
      GENERATE_COPY(Legacy{.magic = call + Legacy().magic}, Legacy{.version = call + Legacy().version},
                    Legacy{.system = call + Legacy().system}, Legacy{.object = call + Legacy().object},
                    Legacy{.keys = call + Legacy().keys});
  const auto checkpoint = read_bytes(legacy(parts));
  CHECK(checkpoint.tensors().size() == 1);
  CHECK(checkpoint.globals().contains({"os", "system"}));
}

TEST_CASE("a legacy file that is cut off lists its tensors only when asked") {
  const std::string file = legacy();
  const std::string cut = file.substr(0, file.size() - 1);
  CHECK_THAT(error_of(cut), Catch::Contains("cut off: " + std::to_string(file.size()) + " bytes expected, " +
                                            std::to_string(cut.size()) + " found. Download it again."));
  const auto checkpoint = read_bytes(cut, {.allow_truncated = true});
  REQUIRE(checkpoint.tensors().size() == 1);
  CHECK_THAT(error_of([&] { floats(checkpoint.tensors()[0].tensor); }), Catch::Contains("cut off"));
}

}  // namespace zoo::test
