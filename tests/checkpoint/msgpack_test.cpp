// Flax's MessagePack files, honest and lying.
#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"

namespace zoo::test {
namespace {

std::string str(const std::string& value) {
  return static_cast<char>(0xa0 + value.size()) + value;
}
std::string bin(const std::string& data) {
  return "\xc4"s + static_cast<char>(data.size()) + data;
}
std::string ext(int type, const std::string& payload) {
  return "\xc7"s + static_cast<char>(payload.size()) + static_cast<char>(type) + payload;
}
std::string array(const std::string& shape, const std::string& dtype, const std::string& data) {
  return "\x93"s + shape + str(dtype) + bin(data);
}
// {"params": {"w": value}}
std::string file_with(const std::string& value) {
  return "\x81" + str("params") + "\x81" + str("w") + value;
}

const std::string kFour = array("\x92\x02\x02", "float32", four_floats());

}  // namespace

TEST_CASE("a Flax file opens with arrays as views and scalars as numbers") {
  const std::string file = file_with(ext(1, kFour));
  const auto checkpoint = read_bytes(file);
  CHECK(checkpoint.format() == Format::msgpack);
  REQUIRE(checkpoint.tensors().size() == 1);
  CHECK(checkpoint.tensors()[0].name == "params.w");
  CHECK(checkpoint.tensors()[0].tensor.shape == std::vector<int64_t>{2, 2});
  CHECK(floats(checkpoint.tensors()[0].tensor) == std::vector<float>{1, 2, 3, 4});

  const auto value_of = [](const std::string& value) {
    return *read_bytes(file_with(value)).root().find("params")->find("w");
  };
  CHECK(*value_of(ext(3, array("\x90", "int32", le<int32_t>(-7)))).as_int() == -7);
  CHECK(*value_of("\xcb\x3f\xf8\0\0\0\0\0\0"s).as_double() == 1.5);
  CHECK(*value_of("\xca\x3f\xc0\0\0"s).as_double() == 1.5);
  CHECK(*value_of("\xd1\xff\xfe"s).as_int() == -2);
  CHECK(*value_of("\xe0").as_int() == -32);
  CHECK(*value_of("\xcd\x01\x00"s).as_int() == 256);
  CHECK(*value_of("\xc3").as_bool());
  CHECK(value_of("\xc0").is_none());
  CHECK(value_of("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"s).as_opaque()->class_name == "builtins.int");
  CHECK(value_of(ext(2, "\x92\xcb\x3f\xf8\0\0\0\0\0\0\xcb\0\0\0\0\0\0\0\0"s)).as_opaque()->class_name ==
        "builtins.complex");
  CHECK(value_of(ext(3, array("\x90", "bfloat16", "\x80\x3f"))).as_tensor()->dtype == DType::bf16);
}

TEST_CASE("an array in chunks is joined") {
  const auto chunked = [](const std::string& shape, const std::string& chunks) {
    return file_with("\x83" + str("__msgpack_chunked_array__") + "\xc3" + str("shape") + shape +
                     str("chunks") + chunks);
  };
  const std::string half = ext(1, array("\x91\x02", "float32", four_floats().substr(0, 8)));
  const std::string rest = ext(1, array("\x91\x02", "float32", four_floats().substr(8)));
  const std::string shape = "\x82" + str("0") + "\x02" + str("1") + "\x02";
  const auto checkpoint = read_bytes(chunked(shape, "\x82" + str("0") + half + str("1") + rest));
  REQUIRE(checkpoint.tensors().size() == 1);
  CHECK(checkpoint.tensors()[0].tensor.shape == std::vector<int64_t>{2, 2});
  CHECK(floats(checkpoint.tensors()[0].tensor) == std::vector<float>{1, 2, 3, 4});
  const std::string other = ext(1, array("\x91\x08", "int8", four_floats().substr(8)));
  CHECK_THAT(error_of(chunked(shape, "\x81" + str("0") + half)), Catch::Contains("16 bytes has chunks of 8"));
  CHECK_THAT(error_of(chunked(shape, "\x82" + str("0") + half + str("2") + rest)),
             Catch::Contains("lacks one of its chunks"));
  CHECK_THAT(error_of(chunked(shape, "\x82" + str("0") + half + str("1") + other)),
             Catch::Contains("different kinds"));
  CHECK_THAT(error_of(chunked(shape, "\x80")), Catch::Contains("no chunks"));
  CHECK_THAT(error_of(chunked("\x07", "\x81" + str("0") + half)), Catch::Contains("without its shape"));
}

TEST_CASE("a MessagePack file that lies is refused") {
  const auto [file, part] = GENERATE(table<std::string, std::string>({
      {file_with(ext(1, kFour)).substr(0, 40), "wants 30 bytes where 26 are left"},
      {file_with(ext(1, kFour)).substr(0, 40), "cut off"},
      {file_with("\xc0") + "x", "1 bytes follow"},
      {file_with(ext(1, array("\x92\x02\x03", "float32", four_floats()))), "24 bytes has 16"},
      {file_with(ext(1, array("\x92\x02\xff", "float32", four_floats()))), "array's shape"},
      {file_with(ext(1, array("\x92\xcf\x7f\xff\xff\xff\xff\xff\xff\xff\x02"s, "float32", ""))), "2^63"},
      {file_with(ext(1, array("\x92\x02\x02", "object", four_floats()))), "'object'"},
      {file_with(ext(1, kFour + "x")), "1 bytes too many"},
      {file_with(ext(1, "\x92\x90\xa1x")), "not [shape, dtype, bytes]"},
      {file_with(ext(3, kFour)), "a scalar with a shape"},
      {file_with(ext(2, "\xc0")), "complex"},
      {file_with(ext(9, "")), "extension type 9"},
      {file_with("\xc1"), "unknown type"},
      {file_with("\x81\xc0\xc0"), "a key that is no text"},
      {file_with("\x82" + str("a") + "\xc0" + str("a") + "\xc0"), "'a' twice"},
      {file_with("\xdd\xff\xff\xff\xff"s), "wants 1 bytes"},
      {file_with(std::string(500, '\x91') + "\xc0"), "nested more than"},
  }));
  CHECK_THAT(error_of(file), Catch::StartsWith("forged: ") && Catch::Contains(part));
}

}  // namespace zoo::test
