#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"
#include "zoo/base/bytes.h"

namespace zoo::test {
namespace {

const std::vector<float> kFour{1, 2, 3, 4};

// Where the directory's entry for the record of this name begins.
size_t directory_entry(const std::string& file, const std::string& name) {
  return file.rfind(name, file.size() - 22) - 46;
}

}  // namespace

TEST_CASE("a zip checkpoint opens however its container is written") {
  const std::string object = pickle(dict({{text("w"), tensor()}}));
  const bool deflate = GENERATE(false, true);
  const bool descriptors = GENERATE(false, true);
  const bool zip64 = GENERATE(false, true);
  const std::string root = GENERATE("archive/"s, "a <function at 0x7f> b/"s, ""s);
  const auto checkpoint =
      read_bytes(zip({{root + "data.pkl", object, deflate}, {root + "data/0", four_floats(), deflate}},
                     {descriptors, zip64}));
  REQUIRE(checkpoint.tensors().size() == 1);
  CHECK(checkpoint.format() == Format::zip);
  CHECK(checkpoint.tensors()[0].name == "w");
  CHECK(floats(checkpoint.tensors()[0].tensor) == kFour);
}

TEST_CASE("an archive that was written without checksums opens") {
  std::string file = torch_zip();
  for (const std::string name : {"archive/data.pkl", "archive/byteorder", "archive/data/0"}) {
    poke<uint32_t>(file, directory_entry(file, name) + 16, 0);
  }
  CHECK(read_bytes(file).tensors().size() == 1);
}

TEST_CASE("a zip file that lies about a record is refused") {
  std::string file = torch_zip();
  const size_t entry = directory_entry(file, "archive/data/0");
  SECTION("its offset is past the end") {
    poke<uint32_t>(file, entry + 42, 0x7FFFFFFF);
    CHECK_THAT(error_of(file), Catch::Contains("'archive/data/0' begins outside the file"));
  }
  SECTION("its offset is another record's") {
    poke<uint32_t>(file, entry + 42, 0);
    CHECK_THAT(error_of(file), Catch::Contains("another name in its own header"));
  }
  SECTION("its offset is no record's") {
    poke<uint32_t>(file, entry + 42, 7);
    CHECK_THAT(error_of(file), Catch::Contains("not where the directory says"));
  }
  SECTION("its size is past the end") {
    poke<uint32_t>(file, entry + 20, 0x7FFFFFFF);
    poke<uint32_t>(file, entry + 24, 0x7FFFFFFF);
    CHECK_THAT(error_of(file), Catch::Contains("reaches beyond the end"));
  }
  SECTION("its two sizes differ though it is stored") {
    poke<uint32_t>(file, entry + 24, 15);
    CHECK_THAT(error_of(file), Catch::Contains("two sizes"));
  }
  SECTION("its size is not that of its storage") {
    poke<uint32_t>(file, entry + 20, 15);
    poke<uint32_t>(file, entry + 24, 15);
    CHECK_THAT(error_of(file), Catch::Contains("has 15 bytes, its tensors need 16"));
  }
  SECTION("its checksum") {
    file[file.find(four_floats())] ^= 1;
    const std::string message = error_of(file);
    CHECK_THAT(message, Catch::StartsWith("forged: "));
    CHECK_THAT(message, Catch::Contains("checksum of record 'archive/data/0'") &&
                            Catch::Contains("Download it again"));
    CHECK(read_bytes(file, {.check_crc = false}).tensors().size() == 1);
  }
  SECTION("the checksum of the object, which a listing needs") {
    file[file.find("FloatStorage")] ^= 1;
    CHECK_THAT(error_of([&] { read_bytes(file, {.check_crc = false}); }),
               Catch::Contains("checksum of record 'archive/data.pkl'"));
  }
  SECTION("it is encrypted") {
    poke<uint16_t>(file, entry + 8, 0x809);
    CHECK_THAT(error_of(file), Catch::Contains("is encrypted"));
  }
  SECTION("its method in its own header") {
    poke<uint16_t>(file, file.rfind("archive/data/0", entry) - 30 + 8, 8);
    CHECK_THAT(error_of(file), Catch::Contains("packed otherwise in its own header"));
  }
  SECTION("its size in its own header, though the size follows") {
    poke<uint32_t>(file, file.rfind("archive/data/0", entry) - 30 + 22, 15);
    CHECK_THAT(error_of(file), Catch::Contains("another size or checksum in its own header"));
  }
  SECTION("its method") {
    poke<uint16_t>(file, entry + 10, 93);
    CHECK_THAT(error_of(file), Catch::Contains("compressed with method 93"));
  }
}

TEST_CASE("a zip file that lies about its directory is refused") {
  std::string file = torch_zip();
  const size_t end = file.size() - 22;
  SECTION("more records than there are") {
    poke<uint16_t>(file, end + 10, 4);
    CHECK_THAT(error_of(file), Catch::Contains("announces 4 records and holds 3") ||
                                   Catch::Contains("does not fit into the file"));
  }
  SECTION("fewer records than there are") {
    poke<uint16_t>(file, end + 10, 2);
    CHECK_THAT(error_of(file), Catch::Contains("more than the records that it announces"));
  }
  SECTION("an offset past the end") {
    poke<uint32_t>(file, end + 16, 0x7FFFFFFF);
    CHECK_THAT(error_of(file), Catch::Contains("directory does not fit"));
  }
  SECTION("a zip64 directory that is missing") {
    poke<uint32_t>(file, end + 16, 0xFFFFFFFF);
    CHECK_THAT(error_of(file), Catch::Contains("zip64 directory is missing"));
  }
  SECTION("a gap between it and the record that tells its place") {
    CHECK_THAT(
        error_of(file.substr(0, end) + "garbage" + file.substr(end)),
        Catch::Contains("is not at byte " +
                        std::to_string(end + 7 - load<uint32_t>(std::as_bytes(std::span(file)), end + 12))));
  }
  SECTION("bytes after the end") {
    CHECK_THAT(error_of(file + "garbage"), Catch::Contains("7 bytes follow the zip directory"));
  }
}

TEST_CASE("a zip64 file that lies is refused") {
  std::string file = zip({{"a/data.pkl", pickle(dict({{text("w"), tensor()}}))}, {"a/data/0", four_floats()}},
                         {.descriptors = false, .zip64 = true});
  const size_t locator = file.size() - 22 - 20;
  SECTION("its directory is past the end") {
    poke<uint64_t>(file, locator + 8, ~uint64_t{0} - 10);
    CHECK_THAT(error_of(file), Catch::Contains("zip64 directory is not where"));
  }
  SECTION("its two directories contradict each other") {
    poke<uint16_t>(file, file.size() - 22 + 10, 1);
    CHECK_THAT(error_of(file), Catch::Contains("contradict each other"));
  }
  SECTION("its directory is as large as 2^64") {
    poke<uint64_t>(file, locator - 56 + 40, ~uint64_t{0});
    CHECK_THAT(error_of(file), Catch::Contains("does not fit into the file"));
  }
  SECTION("a record is as large as 2^64") {
    const size_t field = file.find("a/data/0", file.find("PK\1\2")) + 8 + 4;
    poke<uint64_t>(file, field, ~uint64_t{0});
    poke<uint64_t>(file, field + 8, ~uint64_t{0});
    CHECK_THAT(error_of(file), Catch::Contains("reaches beyond the end"));
  }
  SECTION("a field is too short") {
    const size_t field = file.find("a/data/0", file.find("PK\1\2")) + 8;
    poke<uint16_t>(file, field + 2, 8);
    CHECK_THAT(error_of(file), Catch::Contains("zip64 field is too short"));
  }
}

TEST_CASE("two records may share neither name nor bytes") {
  const std::string object = pickle(dict({{text("w"), tensor()}}));
  SECTION("the same name twice") {
    CHECK_THAT(
        error_of(zip({{"a/data.pkl", object}, {"a/data/0", four_floats()}, {"a/data/0", four_floats()}})),
        Catch::Contains("'a/data/0' occurs twice"));
  }
  SECTION("one inside another") {
    const std::string inner =
        "PK\3\4"s + std::string(22, '\0') + le<uint16_t>(8) + le<uint16_t>(0) + "a/data/0" + four_floats();
    std::string file = zip({{"a/data.pkl", object}, {"a/outer", inner}, {"a/data/0", four_floats()}});
    poke<uint32_t>(file, directory_entry(file, "a/data/0") + 42, static_cast<uint32_t>(file.find(inner)));
    CHECK_THAT(error_of(file), Catch::Contains("overlap"));
  }
  SECTION("the same name in other letters, which PyTorch takes for it") {
    const std::string twin = GENERATE("a/DATA/0"s, "A/data/0"s, "a/Data.pkl"s);
    CHECK_THAT(error_of(zip({{"a/data.pkl", object}, {"a/data/0", four_floats()}, {twin, four_floats()}})),
               Catch::Contains("differ in the case of letters alone"));
  }
  SECTION("a record outside the object's folder") {
    const std::string name = GENERATE("b/data/0"s, "A/other"s, "__MACOSX/a/._data.pkl"s, "other"s);
    CHECK_THAT(error_of(zip({{"a/data.pkl", object}, {"a/data/0", four_floats()}, {name, "x"}})),
               Catch::Contains("'" + name + "' outside the folder 'a/'") && Catch::Contains("zip -0 -r -X"));
  }
  SECTION("the first record's folder is another one, which is PyTorch's root") {
    CHECK_THAT(error_of(zip({{"b/version", "3"}, {"a/data.pkl", object}, {"a/data/0", four_floats()}})),
               Catch::Contains("'b/version' outside the folder 'a/'"));
  }
  SECTION("two objects") {
    CHECK_THAT(error_of(zip({{"a/data.pkl", object}, {"b/data.pkl", object}})),
               Catch::Contains("'b/data.pkl' outside the folder 'a/'"));
  }
}

TEST_CASE("names that leave the archive are refused") {
  const std::string name = GENERATE("../data.pkl"s, "a/../data.pkl"s, "/a/data.pkl"s, "a\0/data.pkl"s);
  CHECK_THAT(error_of(zip({{name, pickle("N")}})), Catch::Contains("a bad name"));
}

TEST_CASE("a deflate bomb is not inflated") {
  const std::string object = pickle(dict({{text("w"), tensor()}}));
  SECTION("it announces more than deflate can give") {
    std::string file = zip({{"a/data.pkl", object}, {"a/data/0", four_floats(), true}});
    poke<uint32_t>(file, directory_entry(file, "a/data/0") + 24, 0x7FFFFFFF);
    CHECK_THAT(error_of(file), Catch::Contains("claims to inflate"));
  }
  SECTION("it gives more than it announces") {
    std::string file =
        zip({{"a/data.pkl", object}, {"a/data/0", four_floats() + std::string(100, 'x'), true}});
    poke<uint32_t>(file, directory_entry(file, "a/data/0") + 24, 16);
    CHECK_THAT(error_of(file), Catch::Contains("does not inflate to the 16 bytes"));
  }
  SECTION("it gives less than it announces") {
    std::string file = zip({{"a/data.pkl", object}, {"a/data/0", le(1.0F), true}});
    poke<uint32_t>(file, directory_entry(file, "a/data/0") + 24, 16);
    CHECK_THAT(error_of(file), Catch::Contains("does not inflate to the 16 bytes"));
  }
  SECTION("its stream is broken") {
    std::string file = zip({{"a/data.pkl", object}, {"a/data/0", four_floats(), true}});
    file[file.find("a/data/0") + 8] = '\xFF';
    CHECK_THAT(error_of(file), Catch::Contains("does not inflate"));
  }
  SECTION("honest, but larger than the memory should hold") {
    const int64_t elements = 20'000'000;
    const std::string big = pickle(dict({{text("w"), tensor({.storage_size = elements,
                                                             .shape = tuple({number(elements)}),
                                                             .strides = tuple({number(1)})})}}));
    CHECK_THAT(error_of(zip({{"a/data.pkl", big}, {"a/data/0", std::string(4 * elements, '\0'), true}})),
               Catch::Contains("more than 8 times the file"));
  }
}

TEST_CASE("a zip file without the parts of a checkpoint says what is missing") {
  CHECK_THAT(error_of(zip({{"config.json", "{}"}, {"readme.txt", ""}})),
             Catch::Contains("no data.pkl, but config.json, readme.txt"));
  CHECK_THAT(error_of(zip({})), Catch::Contains("holds nothing"));
  CHECK_THAT(error_of(zip({{"a/data.pkl", pickle(tensor())}})), Catch::Contains("'data/0' is missing"));
  CHECK_THAT(error_of(zip({{"a/data.pkl", pickle(tensor()) + "x"}, {"a/data/0", four_floats()}})),
             Catch::Contains("bytes follow the pickle"));
  CHECK_THAT(error_of(zip({{"a/data.pkl", pickle("N")}, {"a/byteorder", "middle"}})),
             Catch::Contains("'byteorder' says 'middle', expected 'little' or 'big'"));
}

namespace {

std::string big_endian_zip(const Tensor& options, const std::string& storage) {
  return zip({{"a/data.pkl", pickle(tensor(options))}, {"a/byteorder", "big"}, {"a/data/0", storage}});
}

std::string bytes_of(const Checkpoint& checkpoint) {
  const TensorView& tensor = checkpoint.tensors().at(0).tensor;
  std::string bytes(static_cast<size_t>(tensor.bytes()), '\0');
  tensor.copy_to(reinterpret_cast<std::byte*>(bytes.data()));
  return bytes;
}

}  // namespace

TEST_CASE("a big-endian file's numbers are turned, each of its own length") {
  const std::string storage = "\1\2\3\4\5\6\7\x8"s + "abcdefgh"s;
  const auto [type, turned] = GENERATE_COPY(table<std::string, std::string>({
      {"ByteStorage", storage},
      {"BoolStorage", storage},
      {"HalfStorage", "\2\1\4\3\6\5\x8\7badcfehg"},
      {"BFloat16Storage", "\2\1\4\3\6\5\x8\7badcfehg"},
      {"FloatStorage", "\4\3\2\1\x8\7\6\5dcbahgfe"},
      {"ComplexFloatStorage", "\4\3\2\1\x8\7\6\5dcbahgfe"},
      {"LongStorage", "\x8\7\6\5\4\3\2\1hgfedcba"},
      {"ComplexDoubleStorage", "\x8\7\6\5\4\3\2\1hgfedcba"},
  }));
  const std::map<std::string, int64_t> counts{
      {"ByteStorage", 16}, {"BoolStorage", 16},        {"HalfStorage", 8}, {"BFloat16Storage", 8},
      {"FloatStorage", 4}, {"ComplexFloatStorage", 2}, {"LongStorage", 2}, {"ComplexDoubleStorage", 1}};
  CAPTURE(type);
  const std::string file = big_endian_zip({.storage_class = type,
                                           .storage_size = counts.at(type),
                                           .shape = tuple({number(counts.at(type))}),
                                           .strides = tuple({number(1)})},
                                          storage);
  CHECK(bytes_of(read_bytes(file)) == turned);
}

TEST_CASE("a slice of a big-endian storage has its own elements") {
  const std::string storage = "\x3f\x80\0\0\x40\0\0\0\x40\x40\0\0\x40\x80\0\0"s;  // 1, 2, 3, 4
  const Tensor slice{.offset = number(1), .shape = tuple({number(2)}), .strides = tuple({number(2)})};
  CHECK(floats(read_bytes(big_endian_zip(slice, storage)).tensors()[0].tensor) == std::vector<float>{2, 4});
}

TEST_CASE("big-endian numbers of two lengths in one storage are refused") {
  const auto rebuilt = [](const std::string& dtype) {
    const std::string storage =
        tuple({text("storage"), global("torch", "UntypedStorage"), text("0"), text("cpu"), number(8)}) + "Q";
    return global("torch._utils", "_rebuild_tensor_v3") +
           tuple({storage, number(0), tuple({number(1)}), tuple({number(1)}), "\x89", dict({}),
                  global("torch", dtype)}) +
           "R";
  };
  const auto file = [&](const std::string& a, const std::string& b) {
    return zip({{"a/data.pkl", pickle(dict({{text("a"), rebuilt(a)}, {text("b"), rebuilt(b)}}))},
                {"a/byteorder", "big"},
                {"a/data/0", "abcdefgh"}});
  };
  CHECK_THAT(error_of(file("uint16", "uint32")),
             Catch::Contains("of 2 and of 4 bytes share the storage '0'"));
  CHECK(bytes_of(read_bytes(file("uint32", "uint32"))) == "dcba");
}

TEST_CASE("a zip file that is cut off lists its tensors only when asked") {
  const std::string file = torch_zip();
  const std::string cut = file.substr(0, file.find(four_floats()) + 5);
  const std::string message = error_of(cut);
  CHECK_THAT(message, Catch::Contains("cut off") && Catch::Contains("expected at least") &&
                          Catch::Contains(std::to_string(cut.size()) + " found") &&
                          Catch::Contains("Download it again"));
  const auto checkpoint = read_bytes(cut, {.allow_truncated = true});
  CHECK_THAT(checkpoint.truncation(), Catch::Contains("cut off"));
  REQUIRE(checkpoint.tensors().size() == 1);
  CHECK(checkpoint.tensors()[0].tensor.shape == std::vector<int64_t>{2, 2});
  CHECK_THAT(error_of([&] { floats(checkpoint.tensors()[0].tensor); }), Catch::Contains("cut off"));
  CHECK_THAT(error_of(file.substr(0, 60)), Catch::Contains("inside its header"));
  CHECK_THAT(error_of(file.substr(0, 10)), Catch::Contains("cut off"));
}

}  // namespace zoo::test
