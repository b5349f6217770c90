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
  CHECK_THAT(error_of(torch_zip(global("torch._utils", "_rebuild_nested_tensor") + ")R")),
             Catch::Contains("_rebuild_nested_tensor") && Catch::Contains("plain dense tensors"));
  CHECK_THAT(error_of(torch_zip(tensor({.storage_class = "QUInt4x2Storage"}))),
             Catch::Contains("QUInt4x2Storage"));
  CHECK_THAT(error_of(torch_zip(global("torch._utils", "_rebuild_tensor_v2") + tuple({"N"}) + "R")),
             Catch::Contains("no storage"));
  CHECK_THAT(error_of(torch_zip(tuple({text("thing"), "N"}) + "Q")), Catch::Contains("unknown kind 'thing'"));
}

TEST_CASE("an ordered dict keeps the attributes that a state dict has") {
  const std::string state =
      dict({{text("_metadata"), dict({{text("conv1"), dict({{text("version"), "K\x02"}})}})}});
  const auto checkpoint = read_bytes(
      torch_zip(global("collections", "OrderedDict") + ")R" + text("w") + tensor() + "s" + state + "b"));
  const Dict* members = checkpoint.root().as_dict();
  REQUIRE(members);
  CHECK(members->size() == 1);
  CHECK(members->ordered);
  REQUIRE(members->attributes.find("_metadata"));
  CHECK(*members->attributes.find("_metadata")->find("conv1")->find("version")->as_int() == 2);
  CHECK(checkpoint.tensors().size() == 1);

  const auto plain = read_bytes(torch_zip());
  CHECK_FALSE(plain.root().as_dict()->ordered);
  CHECK(plain.root().as_dict()->attributes.is_none());
}

namespace {

std::string quantized(const std::string& params) {
  const std::string storage =
      tuple({text("storage"), global("torch", "QInt8Storage"), text("0"), text("cpu"), number(16)}) + "Q";
  return global("torch._utils", "_rebuild_qtensor") +
         tuple({storage, number(0), tuple({number(2), number(2)}), tuple({number(2), number(1)}), params,
                "\x89", global("collections", "OrderedDict") + ")R"}) +
         "R";
}

}  // namespace

TEST_CASE("a quantized tensor keeps its scale and zero point") {
  SECTION("of the whole tensor") {
    const auto checkpoint =
        read_bytes(torch_zip(dict({{text("w"), quantized(tuple({global("torch", "per_tensor_affine"),
                                                                "G\x3f\xe0\0\0\0\0\0\0"s, number(-3)}))}})));
    const TensorView& tensor = checkpoint.tensors()[0].tensor;
    CHECK(tensor.dtype == DType::qi8);
    REQUIRE(tensor.quantizer);
    CHECK(tensor.quantizer->scale == 0.5);
    CHECK(tensor.quantizer->zero_point == -3);
    CHECK(tensor.quantizer->scales == nullptr);
  }
  SECTION("of each channel, in a list as old files have it") {
    const auto checkpoint = read_bytes(
        torch_zip(dict({{text("w"), quantized(tuple({global("torch", "per_channel_affine"),
                                                     "](G\x3f\xe0\0\0\0\0\0\0G\x3f\xf0\0\0\0\0\0\0e"s,
                                                     "](K\x01K\x02"
                                                     "e",
                                                     number(1)}))}})));
    const auto copies = owned_copies(checkpoint.tensors());
    REQUIRE(copies[0].tensor.quantizer);
    const Quantizer& quantizer = *copies[0].tensor.quantizer;
    CHECK(quantizer.axis == 1);
    std::vector<double> scales(2);
    quantizer.scales->copy_to(reinterpret_cast<std::byte*>(scales.data()));
    CHECK(scales == std::vector<double>{0.5, 1});
    std::vector<int64_t> zero_points(2);
    quantizer.zero_points->copy_to(reinterpret_cast<std::byte*>(zero_points.data()));
    CHECK(zero_points == std::vector<int64_t>{1, 2});
  }
  SECTION("or is refused") {
    const auto params = GENERATE("N"s, tuple({"N", text("x"), number(0)}), tuple({"N", number(1), text("x")}),
                                 tuple({"N",
                                        "](K\x01"
                                        "e",
                                        "](K\x01"
                                        "e",
                                        number(0)}),
                                 tuple({"N",
                                        "](K\x01K\x01"
                                        "e",
                                        "](K\x01K\x01"
                                        "e",
                                        number(2)}));
    CHECK_THAT(error_of(torch_zip(quantized(params))), Catch::Contains("quantized tensor"));
  }
}

TEST_CASE("a sparse tensor opens as its parts") {
  const auto layout = [](const char* name) {
    return global("torch.serialization", "_get_layout") + tuple({text(name)}) + "R";
  };
  const auto sparse = [](const std::string& kind, const std::string& parts) {
    return global("torch._utils", "_rebuild_sparse_tensor") + tuple({kind, parts}) + "R";
  };
  const std::string parts = tuple({tensor(), tensor(), tuple({number(9), number(9)}), "\x88"s});
  const auto checkpoint =
      read_bytes(torch_zip(dict({{text("s"), sparse(layout("torch.sparse_coo"), parts)}})));
  REQUIRE(checkpoint.tensors().size() == 2);
  CHECK(checkpoint.tensors()[0].name == "s.indices");
  CHECK(checkpoint.tensors()[1].name == "s.values");
  const Opaque* opaque = checkpoint.root().find("s")->as_opaque();
  REQUIRE(opaque);
  CHECK(opaque->class_name == "torch.sparse_coo_tensor");
  CHECK(opaque->state.find("size")->as_sequence()->size() == 2);
  CHECK_THAT(error_of(torch_zip(sparse(layout("torch._mkldnn"), parts))), Catch::Contains("'torch._mkldnn'"));
  CHECK_THAT(error_of(torch_zip(sparse(layout("torch.sparse_coo"), tuple({tensor()})))),
             Catch::Contains("lacks parts"));
  CHECK_THAT(error_of(torch_zip(sparse("N", "N"))), Catch::Contains("layout ''"));
}

namespace {

// numpy.core.multiarray._reconstruct(numpy.ndarray, (0,), b"b") with its state
std::string numpy_array(const std::string& shape, const std::string& code, const std::string& order,
                        const std::string& fortran, const std::string& data) {
  const std::string dtype = global("numpy", "dtype") + tuple({text(code), "\x89"s, "\x88"s}) + "R" +
                            tuple({"K\x03", text(order), "N", "N", "N", number(-1), number(-1), "K\0"s}) +
                            "b";
  return global("numpy.core.multiarray", "_reconstruct") +
         tuple({global("numpy", "ndarray"), tuple({"K\0"s}), "C\1b"s}) + "R" +
         tuple({"K\x01", shape, dtype, fortran, data}) + "b";
}

}  // namespace

TEST_CASE("a numpy array of plain numbers is a tensor, any other stays opaque") {
  const std::string six = "C\x06\1\2\3\4\5\6"s, shape = tuple({number(2), number(3)});
  const auto read_array = [](const std::string& array) {
    return read_bytes(torch_zip(dict({{text("a"), array}})));
  };
  SECTION("rows first") {
    const auto checkpoint = read_array(numpy_array(shape, "u1", "|", "\x89"s, six));
    REQUIRE(checkpoint.tensors().size() == 1);
    const TensorView& tensor = checkpoint.tensors()[0].tensor;
    CHECK(tensor.dtype == DType::u8);
    CHECK(tensor.shape == std::vector<int64_t>{2, 3});
    CHECK(tensor.strides == std::vector<int64_t>{3, 1});
    CHECK(std::to_integer<int>(tensor.storage[5]) == 6);
  }
  SECTION("columns first") {
    const auto checkpoint = read_array(numpy_array(shape, "u1", "|", "\x88"s, six));
    const TensorView& tensor = checkpoint.tensors()[0].tensor;
    CHECK(tensor.strides == std::vector<int64_t>{1, 2});
    std::vector<std::byte> rows(6);
    tensor.copy_to(rows.data());
    CHECK(std::to_integer<int>(rows[1]) == 3);
  }
  SECTION("opaque") {
    const auto array = GENERATE_COPY(numpy_array(shape, "u2", ">", "\x89"s, six),
                                     numpy_array(shape, "O8", "|", "\x89"s, "]"),
                                     numpy_array(shape, "M8", "<", "\x89"s, six));
    const auto checkpoint = read_array(array);
    CHECK(checkpoint.tensors().empty());
    CHECK(checkpoint.root().find("a")->as_opaque()->class_name == "numpy.core.multiarray._reconstruct");
  }
  SECTION("of another size than its bytes") {
    CHECK_THAT(error_of(torch_zip(numpy_array(shape, "u2", "<", "\x89"s, six))),
               Catch::Contains("12 bytes has 6"));
  }
  SECTION("is no storage for a tensor of torch") {
    const std::string flat = numpy_array(tuple({number(6)}), "u1", "|", "\x89"s, six);
    CHECK_THAT(error_of(torch_zip(global("torch._utils", "_rebuild_tensor") +
                                  tuple({flat, number(0), tuple({number(6)}), tuple({number(1)})}) + "R")),
               Catch::Contains("no storage"));
  }
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

// torch.load(weights_only=True) gives other numbers, or none, for each of these.
TEST_CASE("a tensor's state, and a dict that is made with contents, are refused") {
  const std::string storage = tensor({.shape = tuple({number(4)}), .strides = tuple({number(1)})});
  const std::string parameter = global("torch.nn.parameter", "Parameter");
  const std::string pairs = "](" + tuple({text("w"), tensor()}) + "e";
  const auto [object, part] = GENERATE_COPY(table<std::string, std::string>({
      {tensor() + "}b", "sets the state of a tensor"},
      {tensor() + dict({{text("other_tensor"), "N"}}) + "b", "sets the state of a tensor"},
      {global("torch._utils", "_rebuild_parameter") + tuple({tensor(), "\x88", "N"}) + "R}b",
       "sets the state of a tensor"},
      {parameter + ")\x81" + tuple({storage, number(2), tuple({number(2)}), tuple({number(1)})}) + "b",
       "sets the state of a parameter"},
      {global("collections", "OrderedDict") + tuple({pairs}) + "\x81", "Python would leave out"},
      {global("collections", "OrderedDict") + tuple({pairs}) + "}\x92", "Python would leave out"},
  }));
  CHECK_THAT(error_of(torch_zip(dict({{text("w"), object}}))), Catch::Contains(part));
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
