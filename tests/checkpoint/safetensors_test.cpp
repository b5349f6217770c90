#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/checkpoint/forge.h"
#include "tests/temporary_folder.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"

namespace zoo::test {
namespace {

constexpr std::string_view kHeader = R"({"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}})";

// A header with one float32 tensor of four bytes, so described.
std::string with(const std::string& description) {
  return safetensors("{\"w\":" + description + "}", le(1.0F));
}

NamedTensor make(const std::string& name, DType dtype, std::vector<int64_t> shape,
                 std::vector<int64_t> strides, std::vector<std::byte> bytes) {
  const auto owner = std::make_shared<std::vector<std::byte>>(std::move(bytes));
  TensorView view;
  view.dtype = dtype;
  view.shape = std::move(shape);
  view.strides = std::move(strides);
  view.storage = *owner;
  view.owner = owner;
  return {name, view};
}

std::vector<std::byte> counting(size_t size) {
  std::vector<std::byte> bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

}  // namespace

TEST_CASE("a safetensors file opens") {
  const auto checkpoint = read_bytes(safetensors(std::string(kHeader) + "   ", four_floats()));
  CHECK(checkpoint.format() == Format::safetensors);
  REQUIRE(checkpoint.tensors().size() == 1);
  CHECK(floats(checkpoint.tensors()[0].tensor) == std::vector<float>{1, 2, 3, 4});
  CHECK(read_bytes(safetensors(R"({"__metadata__":null})", "")).metadata().empty());
  CHECK(read_bytes(
            safetensors(R"({"__metadata__": null, "w":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})", "x"))
            .tensors()
            .size() == 1);
  const auto with_metadata = read_bytes(safetensors(R"({"__metadata__":{"format":"pt"}})", ""));
  CHECK(with_metadata.metadata() == std::map<std::string, std::string>{{"format", "pt"}});
}

TEST_CASE("a safetensors file that lies is refused") {
  SECTION("its header's length") {
    std::string file = safetensors(std::string(kHeader), four_floats());
    poke<uint64_t>(file, 0, 0xFFFFFFFF);
    CHECK_THAT(error_of(file), Catch::Contains("header claims 4294967295 bytes"));
    poke<uint64_t>(file, 0, 1000);
    CHECK_THAT(error_of(file), Catch::Contains("cut off inside its header") && Catch::Contains("1,008"));
    poke<uint64_t>(file, 0, 10);
    CHECK_THAT(error_of(file), Catch::Contains("not valid JSON"));
  }
  SECTION("bytes after the last tensor") {
    CHECK_THAT(error_of(safetensors(std::string(kHeader), four_floats() + "x")),
               Catch::Contains("1 bytes follow"));
  }
  SECTION("fewer bytes than its tensors") {
    CHECK_THAT(error_of(safetensors(std::string(kHeader), "abc")),
               Catch::Contains("cut off: 81 bytes expected, 68 found"));
  }
  SECTION("dtype and shape against the offsets") {
    CHECK_THAT(error_of(with(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})")),
               Catch::Contains("data_offsets") || Catch::Contains("larger than 2^63"));
    CHECK_THAT(error_of(with(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})")),
               Catch::Contains("[4, 0]"));
    CHECK_THAT(error_of(with(R"({"dtype":"F32","shape":[1],"data_offsets":[0]})")),
               Catch::Contains("data_offsets") || Catch::Contains("larger than 2^63"));
  }
  SECTION("a product beyond 2^64") {
    CHECK_THAT(error_of(with(R"({"dtype":"F32","shape":[4294967296,4294967296,1],"data_offsets":[0,0]})")),
               Catch::Contains("data_offsets") || Catch::Contains("larger than 2^63"));
  }
  SECTION("numbers beyond 2^64, negative or broken") {
    const std::string size = GENERATE("18446744073709551616", "-1", "1.5", "\"1\"", "null", "[1]");
    CHECK_THROWS_AS(read_bytes(with(R"({"dtype":"F32","shape":[)" + size + R"(],"data_offsets":[0,4]})")),
                    Error);
  }
  SECTION("a hole between two tensors") {
    CHECK_THAT(error_of(safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                    R"("b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
                                    "xyz")),
               Catch::Contains("'b' begins at data byte 2, the one before it ends at 1"));
  }
  SECTION("two tensors that overlap") {
    CHECK_THAT(error_of(safetensors(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                                    R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                                    "xyz")),
               Catch::Contains("'b' begins at data byte 1"));
  }
  SECTION("the same name twice") {
    const std::string one = R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    CHECK_THAT(error_of(safetensors("{" + one + "," + one + "}", "")), Catch::Contains("'a' occurs twice"));
  }
  SECTION("a field twice") {
    CHECK_THAT(error_of(with(R"({"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]})")),
               Catch::Contains("is not {dtype, shape, data_offsets}"));
  }
  SECTION("a field that is missing or unknown") {
    CHECK_THROWS_AS(read_bytes(with(R"({"dtype":"F32","shape":[1]})")), Error);
    CHECK_THROWS_AS(read_bytes(with(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1})")), Error);
  }
  SECTION("a dtype that nobody has") {
    CHECK_THAT(error_of(with(R"({"dtype":"F6_E2M3","shape":[1],"data_offsets":[0,4]})")),
               Catch::Contains("'F6_E2M3'"));
  }
  SECTION("text that is not UTF-8") {
    CHECK_THAT(
        error_of(safetensors("{\"\xff\xfe\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", "")),
        Catch::Contains("not valid JSON"));
  }
  SECTION("JSON of another shape") {
    const std::string header =
        GENERATE("{\"w\":1}", "{\"w\":{\"a\":{}}}", "{\"__metadata__\":[]}",
                 "{\"__metadata__\":null,\"__metadata__\":{}}", "{\"w\":{\"dtype\":{}}}", "{} {}", "{",
                 "{\"w\":{\"shape\":[[1]]}}", "{\"w\":null}");
    CHECK_THROWS_AS(read_bytes(safetensors(header, "")), Error);
  }
  SECTION("metadata that is no text") {
    const std::string value = GENERATE("1", "null", "true", "[]", "{}");
    CHECK_THAT(error_of(safetensors("{\"__metadata__\":{\"epoch\":" + value + "}}", "")),
               Catch::Contains("metadata's 'epoch' is no text") && Catch::Contains("str(value)"));
  }
  SECTION("deep nesting") {
    CHECK_THROWS_AS(read_bytes(safetensors("{\"w\":" + std::string(1'000'000, '['), "")), Error);
  }
}

TEST_CASE("what is written is read back, whatever its dtype and strides") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "written.safetensors";
  std::vector<NamedTensor> tensors{
      make("half", DType::f16, {3}, {1}, counting(6)), make("b", DType::f32, {2, 3}, {1, 2}, counting(24)),
      make("a", DType::f32, {}, {}, counting(4)), make("empty", DType::i64, {0, 3}, {3, 1}, {}),
      make("flag", DType::boolean, {1}, {1}, {std::byte{1}})};
  write_safetensors(path, tensors, {{"zeta", "1"}, {"alpha", "ü\n"}});
  const auto checkpoint = Checkpoint::open(path);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    names.push_back(name);
    for (const auto& original : tensors) {
      if (original.name != name) continue;
      CHECK(tensor.dtype == original.tensor.dtype);
      CHECK(tensor.shape == original.tensor.shape);
      std::vector<std::byte> expected(static_cast<size_t>(tensor.bytes())), found(expected.size());
      original.tensor.copy_to(expected.data());
      tensor.copy_to(found.data());
      CHECK(found == expected);
    }
  }
  CHECK(names == std::vector<std::string>{"empty", "a", "b", "half", "flag"});
  CHECK(checkpoint.metadata() ==
        std::map<std::string, std::string>{{"alpha", "ü\n"}, {"format", "pt"}, {"zeta", "1"}});
  const std::string first = read_text(path);
  std::reverse(tensors.begin(), tensors.end());
  write_safetensors(path, tensors, {{"zeta", "1"}, {"alpha", "ü\n"}});
  CHECK(read_text(path) == first);
  uint64_t header = 0;
  std::memcpy(&header, first.data(), 8);
  CHECK(header % 8 == 0);
}

TEST_CASE("what cannot be written leaves no file") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "refused.safetensors";
  const NamedTensor fine = make("a", DType::u8, {1}, {1}, counting(1));
  SECTION("a name twice") {
    CHECK_THAT(error_of([&] { write_safetensors(path, {fine, fine}); }), Catch::Contains("called 'a'"));
  }
  SECTION("a name that is not UTF-8") {
    CHECK_THAT(error_of([&] { write_safetensors(path, {make("\xff", DType::u8, {1}, {1}, counting(1))}); }),
               Catch::Contains("not UTF-8"));
  }
  SECTION("a dtype that safetensors lacks") {
    CHECK_THAT(error_of([&] { write_safetensors(path, {make("q", DType::qi8, {1}, {1}, counting(1))}); }),
               Catch::Contains("'q' is qint8"));
  }
  SECTION("a tensor whose data is cut off") {
    CHECK_THAT(error_of([&] { write_safetensors(path, {fine, make("t", DType::f32, {1}, {1}, {})}); }),
               Catch::Contains("cut off"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

}  // namespace zoo::test
