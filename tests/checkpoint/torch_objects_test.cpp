#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"

namespace zoo::test {

TEST_CASE("tensors look into one storage with their own shape, strides and offset") {
  const std::string object =
      dict({{text("all"), tensor()},
            {text("transposed"), tensor({.strides = tuple({number(1), number(2)})})},
            {text("last"), tensor({.offset = number(3), .shape = ")", .strides = ")"})},
            {text("none"),
             tensor({.offset = number(4), .shape = tuple({number(0)}), .strides = tuple({number(1)})})},
            {text("repeated"), tensor({.shape = tuple({number(3)}), .strides = tuple({number(0)})})}});
  const auto checkpoint = read_bytes(torch_zip(object));
  REQUIRE(checkpoint.tensors().size() == 5);
  const auto values = [&](size_t i) { return floats(checkpoint.tensors()[i].tensor); };
  CHECK(values(0) == std::vector<float>{1, 2, 3, 4});
  CHECK(values(1) == std::vector<float>{1, 3, 2, 4});
  CHECK(values(2) == std::vector<float>{4});
  CHECK(values(3).empty());
  CHECK(values(4) == std::vector<float>{1, 1, 1});
  CHECK(checkpoint.tensors()[0].tensor.storage.data() == checkpoint.tensors()[1].tensor.storage.data());
}

TEST_CASE("owned copies are row-major, aligned and independent of the file") {
  std::vector<NamedTensor> copies;
  {
    const std::string object =
        dict({{text("a"), tensor({.shape = tuple({number(3)}), .strides = tuple({number(1)})})},
              {text("t"), tensor({.strides = tuple({number(1), number(2)})})}});
    copies = owned_copies(read_bytes(torch_zip(object)).tensors());
  }
  REQUIRE(copies.size() == 2);
  CHECK(copies[0].name == "a");
  CHECK(floats(copies[0].tensor) == std::vector<float>{1, 2, 3});
  CHECK(floats(copies[1].tensor) == std::vector<float>{1, 3, 2, 4});
  CHECK(copies[1].tensor.is_contiguous());
  CHECK(reinterpret_cast<uintptr_t>(copies[1].tensor.storage.data()) % 64 == 0);
  CHECK(owned_copies({}).empty());
}

TEST_CASE("tensors outlive their checkpoint") {
  TensorView kept;
  {
    kept = read_bytes(torch_zip()).tensors()[0].tensor;
  }
  CHECK(floats(kept) == std::vector<float>{1, 2, 3, 4});
}

TEST_CASE("a tensor that reaches out of its storage is refused") {
  Tensor lie;
  SECTION("its offset") {
    lie.offset = number(1);
  }
  SECTION("its shape") {
    lie.shape = tuple({number(3), number(2)});
  }
  SECTION("its strides") {
    lie.strides = tuple({number(3), number(1)});
  }
  SECTION("a product beyond 2^63") {
    lie.shape = tuple({number(int64_t{1} << 62), number(int64_t{1} << 62)});
    lie.strides = tuple({number(0), number(0)});
  }
  SECTION("an extent beyond 2^63") {
    lie.strides = tuple({number(INT64_MAX), number(INT64_MAX)});
  }
  SECTION("a negative size") {
    lie.shape = tuple({number(-2), number(2)});
  }
  SECTION("a negative stride") {
    lie.strides = tuple({number(-2), number(1)});
  }
  SECTION("a negative offset") {
    lie.offset = number(-1);
  }
  SECTION("more sizes than strides") {
    lie.strides = tuple({number(1)});
  }
  SECTION("a shape that is no tuple") {
    lie.shape = "N";
  }
  SECTION("a shape of texts") {
    lie.shape = tuple({text("2"), text("2")});
  }
  SECTION("sixty-five dimensions") {
    lie.shape = tuple(std::vector<std::string>(65, number(1)));
    lie.strides = tuple(std::vector<std::string>(65, number(1)));
  }
  SECTION("a storage repeated to a terabyte") {
    lie.shape = tuple({number(int64_t{1} << 38)});
    lie.strides = tuple({number(0)});
  }
  const std::string message = error_of(torch_zip(dict({{text("w"), tensor(lie)}})));
  CHECK_THAT(message, Catch::StartsWith("forged: data.pkl: pickle byte "));
}

TEST_CASE("what torch names but no view can be made of is unsupported, and says so") {
  CHECK_THAT(error_of(torch_zip(global("torch._utils", "_rebuild_sparse_tensor") + ")R")),
             Catch::Contains("_rebuild_sparse_tensor") && Catch::Contains("plain dense tensors"));
  CHECK_THAT(error_of(torch_zip(tensor({.storage_class = "QUInt4x2Storage"}))),
             Catch::Contains("QUInt4x2Storage"));
  CHECK_THAT(error_of(torch_zip(global("torch._utils", "_rebuild_tensor_v2") + tuple({"N"}) + "R")),
             Catch::Contains("no storage"));
  CHECK_THAT(error_of(torch_zip(tuple({text("thing"), "N"}) + "Q")), Catch::Contains("unknown kind 'thing'"));
}

TEST_CASE("sizes, dtypes, parameters and ordered dicts are what they hold") {
  const std::string pairs = "](" + tuple({text("k"), "K\x07"}) + "e";
  const auto checkpoint = read_bytes(
      torch_zip(dict({{text("size"), global("torch", "Size") + tuple({tuple({"K\x02", "K\x03"})}) + "R"},
                      {text("dtype"), global("torch", "float16")},
                      {text("parameter"),
                       global("torch._utils", "_rebuild_parameter") + tuple({tensor(), "\x88", "N"}) + "R"},
                      {text("ordered"), global("collections", "OrderedDict") + tuple({pairs}) + "R"}})));
  const Value& root = checkpoint.root();
  CHECK(root.find("size")->as_tuple()->items.size() == 2);
  CHECK(root.find("dtype")->as_opaque()->class_name == "torch.float16");
  CHECK(root.find("parameter")->as_tensor());
  CHECK(*root.find("ordered")->find("k")->as_int() == 7);
}

TEST_CASE("a whole pickled module lists what its state_dict would") {
  const auto module = [](const std::string& parameters, const std::string& modules) {
    return global("my.net", "Net") + ")\x81" +
           dict({{text("training"), "\x88"s},
                 {text("_parameters"), parameters},
                 {text("_buffers"), "}"},
                 {text("_modules"), modules}}) +
           "b";
  };
  const std::string inner = module(dict({{text("weight"), tensor()}}), "}");
  const auto checkpoint = read_bytes(torch_zip(module("}", dict({{text("conv1"), inner}}))));
  REQUIRE(checkpoint.tensors().size() == 1);
  CHECK(checkpoint.tensors()[0].name == "conv1.weight");
  CHECK(find_state_dict(checkpoint).tensors[0].name == "conv1.weight");
}

}  // namespace zoo::test
