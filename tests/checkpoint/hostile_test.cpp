// Files made to hurt: each is refused, or opens, within 100 MB beyond the file. Every one is opened by a
// process of its own, whose peak of memory is measured.
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/checkpoint/forge.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

namespace zoo::test {
namespace {

constexpr int64_t kMaxPeak = 100'000'000;  // bytes beyond the file
#ifdef __SANITIZE_ADDRESS__
constexpr bool kMeasures = false;  // a sanitizer needs many times the memory
#else
constexpr bool kMeasures = true;
#endif

std::string repeated(const std::string& part, size_t times) {
  std::string text;
  text.reserve(part.size() * times);
  for (size_t i = 0; i < times; ++i) text += part;
  return text;
}

template <class Make>
std::string concatenated(size_t times, Make make) {
  std::string text;
  for (size_t i = 0; i < times; ++i) text += make(i);
  return text;
}

struct Hostile {
  std::string name, file, says;
};

// A name of eight letters, another for each number.
std::string letters(size_t number) {
  std::string name(8, 'a');
  for (char& letter : name) {
    letter = static_cast<char>('a' + number % 26);
    number /= 26;
  }
  return name;
}

std::string squared_lists(int levels, int times) {
  std::string body = "N";
  for (int level = 0; level < levels; ++level) {
    const std::string index(1, static_cast<char>(level));
    body = "(" + body + "q" + index + repeated("h" + index, static_cast<size_t>(times - 1)) + "l";
  }
  return body;
}

std::string storage(int64_t elements, const std::string& shape, const std::string& strides) {
  return tensor({.storage_size = elements, .shape = shape, .strides = strides});
}

std::vector<Hostile> pickle_bombs() {
  const std::string long_name(250, 'x');
  return {
      {"lists of lists, each ten times in the next", squared_lists(12, 10), "values"},
      {"lists of lists, each twice in the next", squared_lists(200, 2), "values"},
      {"a stack of nothing", repeated("N", 4'500'000), "values on the stack"},
      {"a list of as much as there may be", "]" + repeated("(" + repeated("N", 1000) + "e", 1490), "opened"},
      {"a list of more", "]" + repeated("(N" + repeated("2", 999) + "e", 2000), "1500000 values"},
      {"a list, many times in another", "](]" + repeated("2", 4'500'000) + "e", "objects|stack"},
      {"a little of everything",
       "]" + repeated("(" + repeated("]\x94", 1000) + "e", 200) +
           repeated("(" + repeated("N\x94", 1000) + "e", 300) +
           repeated("(" + repeated("N", 1000) + "e", 900),
       "opened"},
      {"many lists", "]" + repeated("(" + repeated("]", 1000) + "e", 2000), "250000 objects"},
      {"many classes", "(" + concatenated(300'000, [](size_t i) { return global(letters(i), ""); }) + "l",
       "values"},
      {"many objects of one class with a long name",
       "(" + global(long_name, "x") + "q\0"s + repeated("h\0)R"s, 600'000) + "l", "values"},
      {"many large integers", "(" + repeated("\x8a\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01"s, 600'000) + "l",
       "values"},
      {"many of the largest integers",
       "(" + repeated("\x8b\0\4\0\0"s + std::string(1024, '\1'), 60'000) + "l", "values"},
      {"an integer of two gigabytes", "\x8b\xff\xff\xff\x7f"s, "wants 2147483647 bytes"},
      {"a text of 2^63 bytes", "\x8d\xff\xff\xff\xff\xff\xff\xff\x7f"s, "wants 9223372036854775807 bytes"},
      {"a frame of 2^64 bytes around nothing", "\x95\xff\xff\xff\xff\xff\xff\xff\xff"s + "N", "opened"},
      {"a far memo index", "Nr" + le(~uint32_t{0}), "memo"},
      {"a far memo index in a large file", "Nr" + le(500'000U) + repeated("(1", 1'500'000), "opened"},
      {"a full memo",
       "N" + concatenated(1'000'000, [](size_t i) { return "r" + le(static_cast<uint32_t>(i)); }),
       "memo index 500001"},
      {"a list in itself", "]q\0h\0a"s, "itself"},
      {"a dict in itself", "}q\0K\1h\0s"s, "itself"},
      {"an object in its own state", global("a", "b") + ")\x81q\0h\0b"s, "itself"},
      {"two lists in each other", "]q\0]q\1h\0aa"s, "itself"},
      {"deep tuples", "N" + repeated("\x85", 400'000), "nested|objects"},
      {"deep lists", repeated("](", 9000) + repeated("e", 9000), "nested"},
      {"open marks", repeated("(", 3'000'000), "marks"},
      {"long names of shared tensors",
       tensor() + "q\0000}q\1("s + text(std::string(900, 'k')) + "h\0u0("s + repeated("h\1", 40'000) + "l",
       "name is longer"},
      {"names of shared tensors, as long as they may be",
       tensor() + "q\0000}q\1("s + text(std::string(490, 'k')) + "h\0u0("s + repeated("h\1", 55'000) + "l",
       "opened"},
      {"a text in many dicts",
       "(" + text(std::string(1'000'000, 'x')) + "q\0"s + repeated("}(h\0Nu"s, 100'000) + "l", "values"},
      {"a tensor that repeats four floats",
       storage(4, tuple({number(60'000'000), number(4)}), tuple({number(0), number(1)})), "repeats"},
      {"many tensors that repeat a little",
       "(" + repeated(storage(4, tuple({number(10'000), number(4)}), tuple({number(0), number(1)})), 2000) +
           "l",
       "repeats|times the file"},
      {"a shape whose product overflows",
       storage(4, tuple({number(int64_t{1} << 32), number(int64_t{1} << 32)}), tuple({number(0), number(0)})),
       "larger than 2\\^63"},
      {"a negative stride", storage(4, tuple({number(2)}), tuple({number(-1)})), "strides"},
      {"a negative size", storage(4, tuple({number(-2)}), tuple({number(1)})), "shape"},
      {"an offset past the end", tensor({.offset = number(1'000'000)}), "exceeds its storage"},
      {"a storage of 2^61 elements", storage(int64_t{1} << 61, tuple({number(1)}), tuple({number(1)})),
       "larger than 2\\^63"},
      {"a storage of a terabyte", storage(int64_t{1} << 38, tuple({number(1)}), tuple({number(1)})),
       "tensors need"},
  };
}

std::string deflated_torch(const std::string& object, const std::string& data) {
  return zip({{"a/data.pkl", pickle(object), true}, {"a/data/0", data, true}});
}

std::string zip_of_records(size_t count) {
  std::vector<ZipItem> items{{"a/data.pkl", pickle("N")}};
  while (items.size() < count) items.push_back({"a/" + letters(items.size()), ""});
  return zip(items, {.descriptors = false, .zip64 = true});
}

std::vector<Hostile> container_bombs() {
  const int64_t zeros = 25'000'000;  // elements
  const std::string big = storage(zeros, tuple({number(zeros)}), tuple({number(1)}));
  const std::string text_30mb = text(std::string(30'000'000, 'x'));
  std::string lying = torch_zip();
  poke<uint32_t>(lying, lying.rfind("archive/data/0") - 46 + 24, 0x7FFFFFFF);
  const auto tensors = [](size_t count, const std::string& shape, const std::string& rest_of_name = "") {
    return safetensors("{" +
                           concatenated(count,
                                        [&](size_t i) {
                                          const std::string at = std::to_string(i),
                                                            end = std::to_string(i + 1);
                                          return (i == 0 ? "\"" : ",\"") + letters(i) + rest_of_name +
                                                 R"(":{"dtype":"U8","shape":[)" + shape +
                                                 R"(],"data_offsets":[)" + at + "," + end + "]}";
                                        }) +
                           "}",
                       std::string(count, 'x'));
  };
  return {
      {"a storage of zeros, deflated", deflated_torch(dict({{text("w"), big}}), std::string(4 * zeros, '\0')),
       "times the file"},
      {"a pickle that is one text, deflated", deflated_torch(text_30mb, four_floats()), "opened"},
      {"a pickle that is a larger text, deflated", deflated_torch(text_30mb + text_30mb, four_floats()),
       "times the file"},
      {"a large storage, many times",
       zip({{"a/data.pkl",
             pickle("](" + repeated(storage(1 << 20, tuple({number(1 << 20)}), tuple({number(1)})), 1000) +
                    "e")},
            {"a/data/0", std::string(4 << 20, '\0')}}),
       "8 times the file"},
      {"a record that lies about its size", lying, "two sizes|another size"},
      {"more records than there may be", zip_of_records(300'000), "more than 250000 records"},
      {"as many records as there may be", zip_of_records(250'000), "opened"},
      {"as many safetensors as there may be", tensors(50'000, "1,1,1,1,1,1"), "opened"},
      {"as many as there may be, with names as long as fit",
       tensors(50'000, "1,1,1,1", std::string(120, 'x')), "opened"},
      {"fewer, with the longest names", tensors(17'000, "1", std::string(490, 'x')), "opened"},
      {"safetensors of many dimensions", tensors(20'000, "1" + repeated(",1", 63)), "numbers in its shapes"},
      {"a safetensors header that is longer than the file", le<uint64_t>(9'999'999) + "{", "cut off"},
      {"a safetensors header of one deep array", safetensors("{\"a\":" + repeated("[", 5'000'000), ""),
       "header"},
      {"a safetensors header of one long name",
       safetensors("{\"" + std::string(9'000'000, 'n') + "\":1}", ""), "header"},
      {"a safetensors header of many tensors",
       safetensors("{" +
                       concatenated(60'000,
                                    [](size_t i) {
                                      return (i == 0 ? "\"" : ",\"") + letters(i) +
                                             R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
                                    }) +
                       "}",
                   ""),
       "tensors"},
      {"a safetensors tensor with a long shape",
       safetensors(
           R"({"a":{"dtype":"U8","shape":[1)" + repeated(",1", 4'000'000) + R"(],"data_offsets":[0,1]}})",
           "x"),
       "header"},
      {"safetensors metadata of many texts",
       safetensors(
           "{\"__metadata__\":{" +
               concatenated(300'000,
                            [](size_t i) { return (i == 0 ? "\"" : ",\"") + letters(i) + "\":\"\""; }) +
               "}}",
           ""),
       "more than 100000 texts in the metadata"},
      {"as much metadata as there may be",
       safetensors("{\"__metadata__\":{" +
                       concatenated(99'000,
                                    [](size_t i) {
                                      return (i == 0 ? "\"" : ",\"") + letters(i) + "\":\"" +
                                             std::string(80, 'x') + "\"";
                                    }) +
                       "}}",
                   ""),
       "opened"},
  };
}

std::vector<Hostile> msgpack_bombs() {
  const std::string root = "\x81\xa6params";  // {"params": what follows}
  const auto count = [](uint32_t value) {
    return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16),
                       static_cast<char>(value >> 8), static_cast<char>(value)};
  };
  const auto key = [](size_t i) { return "\xa8" + letters(i); };
  const auto map_of = [&](uint32_t pairs, const auto& value) {
    return root + "\xdf" + count(pairs) + concatenated(pairs, [&](size_t i) { return key(i) + value(i); });
  };
  const std::string chunk =
                        "\xc7\x0c\x01\x93\x91\x01\xa5"
                        "uint8\xc4\x01x"s,
                    chunked =
                        "\x83\xb9"
                        "__msgpack_chunked_array__\xc3\xa5"
                        "shape\x81\xa1"
                        "0\xcd\x27\x10\xa6"
                        "chunks\xde\x27\x10" +
                        concatenated(10'000, [&](size_t i) {
                          const std::string digits = std::to_string(9'999 - i);
                          return static_cast<char>(0xa0 + digits.size()) + digits + chunk;
                        });
  const std::string no_floats = "\xc7\x0d\x01\x93\x91\0\xa7"s + "float32" + "\xc4\0"s;
  return {
      {"a map that says 2^32 pairs", root + "\xdf" + count(~0U), "."},
      {"an array that says 2^32 items", root + "\xdd" + count(~0U), "."},
      {"a text that says 4 GB", root + "\xdb" + count(~0U) + "x", "."},
      {"an array within an array within ...", root + repeated("\x91", 2'000'000) + "\xc0", "nested"},
      {"many maps", map_of(600'000, [](size_t) { return "\x80"; }), "maps and lists"},
      {"many numbers", root + "\xdd" + count(6'000'000) + std::string(6'000'000, '\1'), "values"},
      {"arrays of ten thousand chunks", map_of(20, [&](size_t) { return chunked; }), "opened"},
      {"many tensors", map_of(300'000, [&](size_t) { return no_floats; }), "."},
  };
}

void check(const Hostile& hostile) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file", std::ios::binary) << hostile.file;
  const ProgramResult run =
      run_program({std::string(ZOO_BINARY_DIR) + "/tests/checkpoint_peak", folder / "file", "copy"});
  INFO(hostile.name << ", a file of " << hostile.file.size() << " bytes: " << run.out
                    << run.err.substr(0, 2000));
  REQUIRE(run.status == 0);
  const std::string result = run.out.substr(run.out.find('\n') + 1);
  CHECK_THAT(result, Catch::Matches(".*(" + hostile.says + ")(.|\n)*"));
  if (kMeasures) CHECK(std::stoll(run.out) < kMaxPeak);
}

// The legacy file whose object this is.
std::string as_legacy(const std::string& body) {
  if (body.find("FloatStorage") != std::string::npos) return legacy({.object = body});
  return legacy({.object = body, .keys = "]", .storages = ""});
}

}  // namespace

TEST_CASE("a hostile object is refused within 100 MB, in either container") {
  for (const Hostile& bomb : pickle_bombs()) {
    check({bomb.name + ", zip", torch_zip(bomb.file), bomb.says});
    check({bomb.name + ", legacy", as_legacy(bomb.file), bomb.says});
  }
}

TEST_CASE("a hostile container is refused within 100 MB") {
  for (const Hostile& bomb : container_bombs()) check(bomb);
  for (const Hostile& bomb : msgpack_bombs()) check(bomb);
}

TEST_CASE("opening a stored file of 100 MB takes less than a tenth of it, listing it next to nothing") {
  const int64_t elements = 25'000'000;
  const std::string object =
      dict({{text("w"), storage(elements, tuple({number(elements)}), tuple({number(1)}))}});
  const std::string data(4 * elements, 'x');
  const std::string file = GENERATE_REF(
      zip({{"a/data.pkl", pickle(object)}, {"a/data/0", data}}),
      legacy({.object = object, .storages = le(elements) + data}),
      safetensors(R"({"w":{"dtype":"F32","shape":[25000000],"data_offsets":[0,100000000]}})", data));
  const TemporaryFolder folder;
  std::ofstream(folder / "file", std::ios::binary) << file;
  for (const auto& [mode, limit] :
       {std::pair("open", file.size() / 10), std::pair("list", file.size() / 25)}) {
    const ProgramResult run =
        run_program({std::string(ZOO_BINARY_DIR) + "/tests/checkpoint_peak", folder / "file", mode});
    CHECK_THAT(run.out, Catch::EndsWith("\nopened\n"));
    if (kMeasures) CHECK(std::stoll(run.out) < static_cast<int64_t>(limit));
  }
}

}  // namespace zoo::test
