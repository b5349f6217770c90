#include "zoo/checkpoint/pickle/pickle.h"

#include <catch2/catch.hpp>

#include "tests/checkpoint/forge.h"
#include "zoo/base/error.h"
#include "zoo/checkpoint/value_tree.h"

namespace zoo::test {
namespace {

Pickle read(const std::string& bytes, PickleHost&& host = {}) {
  return read_pickle(std::as_bytes(std::span(bytes)), host);
}

std::string pickle_error(const std::string& body) {
  return error_of([&] { read("\x80\x02"s + body); });
}

std::string repeated(const std::string& part, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += part;
  return out;
}

}  // namespace

TEST_CASE("numbers of every notation are read") {
  const auto [body, value] = GENERATE(table<std::string, int64_t>({{"K\xff"s, 255},
                                                                   {"M\xff\xff"s, 65535},
                                                                   {"J\xfe\xff\xff\xff"s, -2},
                                                                   {"I-12\n"s, -12},
                                                                   {"L123456789012L\n"s, 123456789012},
                                                                   {"\x8a\x00"s, 0},
                                                                   {"\x8a\x01\x80"s, -128},
                                                                   {"\x8a\x02\x80\x00"s, 128},
                                                                   {"\x8b\x01\x00\x00\x00\x7f"s, 127}}));
  REQUIRE(read(body + ".").root.as_int());
  CHECK(*read(body + ".").root.as_int() == value);
}

TEST_CASE("booleans, floats, strings and bytes are read") {
  CHECK(*read("I01\n.").root.as_bool());
  CHECK_FALSE(*read("\x89.").root.as_bool());
  CHECK(*read("G\x3f\xf8\0\0\0\0\0\0."s).root.as_double() == 1.5);
  CHECK(*read("F-2.5e3\n.").root.as_double() == -2500.0);
  CHECK(*read("S'a\\x41\\n'\n.").root.as_string() == "aA\n");
  CHECK(*read("V\\u00e9\xe8\n.").root.as_string() == "éè");
  CHECK(*read("\x8c\x02hi.").root.as_string() == "hi");
  CHECK(*read("U\x02hi.").root.as_string() == "hi");
  CHECK(read("U\x02\xff\xfe.").root.as_bytes()->data == "\xff\xfe");
  CHECK(read("C\x02\xff\x00."s).root.as_bytes()->data == "\xff\x00"s);
  CHECK(read("N.").root.is_none());
}

TEST_CASE("integers beyond 64 bits keep their value as text") {
  const auto big = [](const std::string& body) {
    const Pickle pickle = read(body + ".");
    const Opaque* integer = pickle.root.as_opaque();
    REQUIRE(integer);
    CHECK(integer->class_name == "builtins.int");
    return *integer->args.as_sequence()->front().as_string();
  };
  CHECK(big("\x8a\x09\0\0\0\0\0\0\0\0\x01"s) == "0x10000000000000000");
  CHECK(big("\x8a\x09\0\0\0\0\0\0\0\0\xff"s) == "-0x10000000000000000");
  CHECK(big("L18446744073709551616L\n") == "18446744073709551616");
}

TEST_CASE("an unknown class stays opaque, with its arguments, state and items") {
  const std::string body = global("argparse", "Namespace") + ")\x81" + dict({{text("lr"), "K\x05"}}) + "b";
  const Pickle pickle = read(body + ".");
  const Opaque* object = pickle.root.as_opaque();
  REQUIRE(object);
  CHECK(object->class_name == "argparse.Namespace");
  CHECK(object->args.as_tuple()->items.empty());
  CHECK(*object->state.find("lr")->as_int() == 5);
  CHECK(pickle.globals == std::set<Global>{{"argparse", "Namespace"}});

  const Pickle mapping = read(global("addict", "Dict") + ")\x81(" + text("k") + "K\x01u.");
  CHECK(*mapping.root.as_opaque()->items.find("k")->as_int() == 1);
  const Pickle set = read("\x8f(K\x01K\x02\x90.");
  CHECK(set.root.as_opaque()->class_name == "builtins.set");
  CHECK(set.root.as_opaque()->items.as_list()->items.size() == 2);
}

TEST_CASE("a class by its number in Python's extension registry stays opaque") {
  const auto code = GENERATE("\x82\x05"s, "\x83\x05\x00"s, "\x84\x05\x00\x00\x00"s);
  const Pickle pickle = read(code + ")R.");
  REQUIRE(pickle.root.as_opaque());
  CHECK(pickle.root.as_opaque()->class_name == "copyreg.extension(5)");
}

TEST_CASE("what the host makes of an object's state is what the memo gives too") {
  struct Host : PickleHost {
    std::optional<Value> build(const Opaque& object, const Value& state) override {
      return object.class_name == "a.Known" ? std::optional(state) : std::nullopt;
    }
  };
  const Pickle pickle = read(global("a", "Known") + ")Rq\x01K\x07" + "bh\x01\x86.", Host());
  REQUIRE(pickle.root.as_tuple());
  for (const Value& item : pickle.root.as_tuple()->items) {
    REQUIRE(item.as_int());
    CHECK(*item.as_int() == 7);
  }
}

TEST_CASE("nothing that a pickle names is run") {
  const Pickle pickle = read(global("posix", "system") + text("touch pwned") + "\x85R.");
  CHECK(pickle.root.as_opaque()->class_name == "posix.system");
  CHECK(*pickle.root.as_opaque()->args.as_sequence()->front().as_string() == "touch pwned");
}

TEST_CASE("a part that is referred to twice is shared") {
  const Pickle pickle = read("](]q\1h\1e.");
  const auto& items = *pickle.root.as_sequence();
  REQUIRE(items.size() == 2);
  CHECK(items[0].as_list() == items[1].as_list());
}

TEST_CASE("a broken pickle names the byte") {
  CHECK_THAT(pickle_error(""),
             Catch::Contains("pickle byte 2") && Catch::Contains("wants 1 bytes where 0 are left"));
  CHECK_THAT(pickle_error("NN."), Catch::Contains("values left over"));
  CHECK_THAT(pickle_error("(N."), Catch::Contains("values left over") || Catch::Contains("empty stack"));
  CHECK_THAT(pickle_error("\xff"), Catch::Contains("unknown opcode 255"));
  CHECK_THAT(pickle_error("\x80\x06"), Catch::Contains("pickle protocol 6"));
  CHECK_THAT(pickle_error("cmodule"), Catch::Contains("a line without an end"));
}

TEST_CASE("a pickle cannot take what is not on its stack") {
  const std::string body =
      GENERATE("."s, "0"s, "2"s, "\x85"s, "N\x86"s, "a"s, "Na"s, "s"s, "NNs"s, "R"s, "NR"s, "NNR"s, "b"s,
               "NNb"s, "t"s, "e"s, "u"s, "(u"s, "}(Nu"s, "1"s, "q\1"s, "Q"s, "NQ"s, "(o"s, "\x93"s, "](N(a"s,
               "NK\1a"s, "}K\1a"s, "]K\1K\2s"s);
  CHECK_THAT(pickle_error(body), Catch::Contains("pickle byte"));
}

TEST_CASE("a memo index out of range is refused") {
  CHECK_THAT(pickle_error("h\1."), Catch::Contains("memo has no entry 1"));
  CHECK_THAT(pickle_error("j\xff\xff\xff\xff."), Catch::Contains("memo has no entry 4294967295"));
  CHECK_THAT(pickle_error("Nr\xff\xff\xff\x7f."), Catch::Contains("memo index 2147483647 is out of range"));
  CHECK_THAT(pickle_error("Np-1\n."), Catch::Contains("bad memo index"));
}

TEST_CASE("a length that lies is refused before it is used") {
  CHECK_THAT(pickle_error("X\xff\xff\xff\x7f" + "abc"s),
             Catch::Contains("wants 2147483647 bytes where 3 are left"));
  CHECK_THAT(pickle_error("\x8d\xff\xff\xff\xff\xff\xff\xff\xff" + "abc"s),
             Catch::Contains("where 3 are left"));
  CHECK_THAT(pickle_error("\x8b\xff\xff\xff\x7f"), Catch::Contains("wants 2147483647 bytes"));
  CHECK_THAT(pickle_error("\x8b\x00\x00\x01\x00"s + std::string(65536, '\1')),
             Catch::Contains("an integer of 65536 bytes"));
  CHECK_THAT(pickle_error("L" + std::string(5000, '9') + "L\n"), Catch::Contains("is not an integer"));
}

TEST_CASE("an object that contains itself is refused") {
  CHECK_THAT(pickle_error("]q\0h\0a."s), Catch::Contains("contains itself"));
  CHECK_THAT(pickle_error("}q\0Nh\0s."s), Catch::Contains("contains itself"));
  CHECK_THAT(pickle_error(global("a", "B") + ")Rq\0h\0b."s), Catch::Contains("contains itself"));
  CHECK_THAT(pickle_error("](]q\0(h\0ee."s), Catch::Contains("contains itself"));
}

TEST_CASE("nesting is limited, and a deep pickle is taken apart without recursion") {
  CHECK(read(repeated("]", 1) + repeated("]a", 0) + ".").root.as_list());
  CHECK_NOTHROW(read(repeated("N", 1) + repeated("\x85", kMaxDepth) + "."));
  CHECK_THAT(pickle_error("N" + repeated("\x85", kMaxDepth + 1) + "."), Catch::Contains("nested more than"));
  CHECK_THAT(pickle_error("N" + repeated("\x85", 200'000) + "."), Catch::Contains("nested more than"));
  CHECK_THAT(pickle_error("N" + repeated("\x85", 200'000) + "0N" + repeated("\x85", 200'000) + "."),
             Catch::Contains("objects"));
  CHECK(read("N" + repeated("\x85", 200'000) + "0N.").root.is_none());
  CHECK_THAT(pickle_error(repeated("(", 20'000)), Catch::Contains("open marks"));
}

TEST_CASE("a small pickle cannot become a large tree") {
  SECTION("lists of lists, each ten times in the next") {
    std::string body = "N";
    for (int level = 0; level < 12; ++level) {
      body = "(" + body + std::string("q") + static_cast<char>(level) +
             repeated("h"s + static_cast<char>(level), 9) + "l";
    }
    CHECK_THAT(pickle_error(body + "."), Catch::Contains("more than 1500000 values"));
  }
  SECTION("one long text, many times") {
    const std::string body = "(" + text(std::string(1'000'000, 'x')) + "q\0"s + repeated("h\0"s, 1000) + "l.";
    CHECK_THAT(pickle_error(body), Catch::Contains("more than 1500000 values"));
  }
  SECTION("many containers") {
    CHECK_THAT(pickle_error("(" + repeated("}", 600'000) + "l."), Catch::Contains("objects"));
  }
}

TEST_CASE("a dict with one key twice is refused") {
  CHECK_THAT(pickle_error(dict({{text("k"), "N"}, {text("k"), "N"}}) + "."),
             Catch::Contains("key 'k' twice"));
  // To Python these are one key, of which the last value counts.
  const auto [one, other] = GENERATE(table<std::string, std::string>(
      {{"K\x01", "\x88"}, {"K\x01", "I1\n"}, {"\x88", "F1.0\n"}, {"\x89", std::string("K\0", 2)}}));
  CHECK_THAT(pickle_error(dict({{one, "N"}, {other, "N"}}) + "."), Catch::Contains("a number twice"));
  CHECK_NOTHROW(read("\x80\x02"s + dict({{one, "N"}, {"K\x05", "N"}, {text("1"), "N"}}) + "."));
}

TEST_CASE("what would need more than the file is refused") {
  CHECK_THAT(pickle_error(text("id") + "Q"), Catch::Contains("outside the pickle"));
  CHECK_THAT(pickle_error("\x97"), Catch::Contains("out-of-band"));
}

}  // namespace zoo::test
