#include "zoo/datasets/folders/spelling.h"

#include <catch2/catch.hpp>

#include "tests/datasets/folder.h"
#include "zoo/base/error.h"
#include "zoo/datasets/dataset.h"

using namespace zoo;
using namespace zoo::test;

namespace {

std::string complaint(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  try {
    require_one_spelling({a, "train"}, {b, "val"});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::mismatch);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a class that is written in two ways is refused, and the message says how they differ") {
  struct Row {
    std::string a, b, what;
  };
  const Row row = GENERATE(
      Row{"Cat", "cat", "val: class 'cat' is written 'Cat' in train: they differ in upper and lower case"},
      Row{"cat", "cat ", "class 'cat ' is written 'cat' in train: they differ in blanks, '_' or '-'"},
      Row{"Golden_Retriever", "golden retriever", "they differ in upper and lower case and in blanks"},
      Row{"caf\u00e9", "cafe\u0301",
          R"(class 'cafe\u0301' is written 'caf\u00e9' in train: they differ in the form of accents)"},
      Row{"cat", "cat\u00a0", R"(class 'cat\u00a0' is written 'cat' in train: they differ in blanks)"},
      Row{"\u0439\u043e\u0434", "\u0438\u0306\u043e\u0434", "the form of accents"},  // Cyrillic
      Row{"\uac00", "\u1100\u1161", "the form of accents"},                          // Korean
      Row{"caf\xe9", "Caf\xe9", R"('Caf\xe9' is written 'caf\xe9')"});               // Latin-1
  CHECK_THAT(complaint({"dog", row.a}, {row.b, "dog"}), Catch::Contains(row.what));
}

TEST_CASE("classes that both have, or that are others, are no matter of spelling") {
  CHECK(complaint({"a", "A"}, {"A", "a"}).empty());
  CHECK(complaint({"cat", "Cat"}, {"cat"}).empty());
  CHECK(complaint({"cat"}, {"cats"}).empty());
  CHECK(complaint({"caf\u00e9"}, {"cafe"}).empty());
  CHECK(complaint({"\u043a\u043e\u0442"}, {"\u0434\u043e\u043c"}).empty());
  CHECK(complaint({"\u00e9a"}, {"e\u0301b"}).empty());
}

TEST_CASE("parts of a data set that write a class in two ways are refused when it is opened") {
  const Folder root;
  for (const char* name : {"train/Cat/1.jpg", "train/Dog/1.jpg", "val/cat/1.jpg", "val/Dog/1.jpg"})
    root.write(name);
  CHECK_THROWS_WITH(open_dataset(root.path()),
                    Catch::Contains(": part val: class 'cat' is written 'Cat' in train"));
  root.write("list.csv", "path,label,split\n1.jpg,Cat,train\n2.jpg,dog,train\n3.jpg,cat,val\n");
  CHECK_THROWS_WITH(open_dataset(root.path() / "list.csv"), Catch::Contains("upper and lower case"));
  root.write("list.csv", "path,label,split\n1.jpg,Cat,train\n2.jpg,cat,train\n3.jpg,cat,val\n");
  CHECK(open_dataset(root.path() / "list.csv")->classes().size() == 2);
}
