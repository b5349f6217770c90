// Parts, splits and their file, exact copies.
#include <catch2/catch.hpp>

#include "tests/datasets/folder.h"
#include "tests/datasets/samples.h"
#include "tests/datasets/tar_bytes.h"
#include "tests/error_matchers.h"
#include "zoo/base/file.h"
#include "zoo/datasets/duplicates.h"
#include "zoo/datasets/split.h"

using namespace zoo;
using namespace zoo::test;
using Strings = std::vector<std::string>;

TEST_CASE("train/ and val/ become parts of one set") {
  const Folder folder;
  for (const char* name : {"train/a/1.jpg", "train/b/1.jpg", "val/b/1.jpg", "val/c/1.jpg", "val/c/x.txt",
                           "validation/a/2.jpg", "validation/b/2.jpg"}) {
    folder.write(name, name);
  }
  folder.write("readme.md", "x");
  const std::shared_ptr<const Dataset> dataset = open_dataset(folder.path());
  CHECK(names(*dataset) == Strings{"train/a/1.jpg", "train/b/1.jpg", "val/b/1.jpg", "val/c/1.jpg",
                                   "validation/a/2.jpg", "validation/b/2.jpg"});
  CHECK(dataset->parts() == Strings{"train", "val"});
  CHECK(dataset->classes() == Strings{"a", "b", "c"});
  CHECK(dataset->label(1) == 1);
  CHECK(dataset->label(3) == 2);
  CHECK(dataset->label(5) == 1);
  CHECK(dataset->left_out() == Strings{"val/c/x.txt: not a picture's suffix"});
  CHECK(take_part(dataset, "val")->size() == 4);
  CHECK(text_of(take_part(dataset, "val")->fetch(3)) == "validation/b/2.jpg");
  folder.write("other/a/1.jpg");
  folder.write("test/1.jpg");
  const std::shared_ptr<const Dataset> more = open_dataset(folder.path());
  CHECK(names(*more) == names(*dataset));
  CHECK(more->left_out() == Strings{"val/c/x.txt: not a picture's suffix",
                                    "other/: not called train, val or test",
                                    "test/: no class folders, tar shards or metadata.csv in it"});
}

TEST_CASE("classes may have the names of parts") {
  const Folder folder;
  for (const char* name : {"train/1.jpg", "val/2.jpg", "car/3.jpg"}) folder.write(name, name);
  CHECK(open_dataset(folder.path())->classes() == Strings{"car", "train", "val"});
  CHECK_THROWS_WITH(take_part(open_dataset(folder.path()), "val"),
                    Catch::Contains("It is not divided into parts."));
  for (const char* name : {"test/a/1.jpg", "val/a/2.jpg"}) folder.write(name, name);
  CHECK(open_dataset(folder.path())->classes() == Strings{"car", "test", "train", "val"});
  const Folder empty;
  CHECK_THROWS_WITH(open_divided_folder(empty.path()), Catch::Contains("no folder train, val"));
}

TEST_CASE("train/ alone is a part; parts may be tar shards") {
  const Folder folder;
  for (const char* name : {"train/a/1.jpg", "train/b/1.jpg"}) folder.write(name, name);
  CHECK(open_dataset(folder.path())->parts() == Strings{"train"});
  folder.write("val/x.tar", tar({{"1.jpg", "one"}, {"1.cls", "b"}, {"2.jpg", "two"}, {"2.cls", "a"}}));
  const std::shared_ptr<const Dataset> dataset = open_dataset(folder.path());
  CHECK(dataset->parts() == Strings{"train", "val"});
  CHECK(dataset->name(2) == "val/x.tar/1.jpg");
  CHECK(dataset->label(2) == 1);
  CHECK(text_of(dataset->fetch(3)) == "two");
  folder.write("val/x.tar", tar({{"1.jpg", "one"}, {"1.json", R"({"labels": ["a", "b"]})"}}));
  CHECK_THROWS_WITH(open_dataset(folder.path()), Catch::Contains("several in another"));
}

TEST_CASE("a set's classes can take the order of another's") {
  const Folder folder;
  folder.write("one.csv", "path,label\n1.jpg,a\n2.jpg,c\n");
  folder.write("many.csv", "path,labels\n1.jpg,c|a\n2.jpg,\n3.jpg,a\n");
  const auto one = with_classes(open_dataset(folder.path() / "one.csv"), {"c", "b", "a"});
  CHECK(one->classes() == Strings{"c", "b", "a"});
  CHECK(one->label(0) == 2);
  CHECK(one->label(1) == 0);
  const auto many = with_classes(open_dataset(folder.path() / "many.csv"), {"c", "b", "a"});
  CHECK(many->multi_label());
  CHECK(labels(*many, 0) == std::vector<int32_t>{0, 2});
  CHECK(many->labels(1).empty());
  CHECK(many->label(2) == 2);
  CHECK_THROWS_WITH(with_classes(one, {"a", "b"}), Catch::Contains("class 'c' is not among"));
}

TEST_CASE("exact copies are found by their bytes") {
  const Folder folder;
  folder.write("a/1.jpg", "same");
  folder.write("a/2.jpg", "other");
  folder.write("a/3.jpg", "same");
  folder.write("b/1.jpg", "same");
  folder.write("b/2.jpg", "third");
  folder.write("b/3.jpg", "third");
  std::filesystem::create_symlink("nowhere", folder.path() / "b/4.jpg");
  std::filesystem::create_symlink("nowhere", folder.path() / "b/5.jpg");
  CHECK(find_duplicates(*open_dataset(folder.path())) == DuplicateGroups{{0, 2, 3}, {4, 5}});
  const std::string picture(3072, 'p');
  folder.write("c/x.bin", "\x01" + picture + "\x02" + picture + "\x02" + std::string(3072, 'q'));
  CHECK(find_duplicates(*open_dataset(folder.path() / "c")) == DuplicateGroups{{0, 1}});
}

TEST_CASE("copies stay on one side of a split") {
  const Folder folder;
  for (int i = 0; i < 20; ++i) {
    folder.write("a/" + std::to_string(10 + i) + ".jpg", i < 8 ? "copy" : "a" + std::to_string(i));
    folder.write("b/" + std::to_string(10 + i) + ".jpg", i < 3 ? "copy" : "b" + std::to_string(i));
  }
  const auto dataset = open_dataset(folder.path());
  const DuplicateGroups copies = find_duplicates(*dataset);
  REQUIRE(copies.size() == 1);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Split split = stratified_split(*dataset, 0.25, seed, copies);
    CHECK(split.train.size() + split.val.size() == 40);
    const auto in_val = [&](int64_t i) { return std::binary_search(split.val.begin(), split.val.end(), i); };
    for (const int64_t index : copies[0]) CHECK(in_val(index) == in_val(copies[0][0]));
    CHECK_FALSE(in_val(copies[0][0]));  // eleven are more than the share of five
    CHECK(split.val.size() == 6 + 4);   // a: round(0.25 * 23) of its 20 and b's copies; b: round(0.25 * 17)
  }
  folder.write("c/1.jpg", "one");
  folder.write("c/2.jpg", "one");
  const auto more = open_dataset(folder.path());
  CHECK_THROWS_WITH(stratified_split(*more, 0.5, 0, find_duplicates(*more)),
                    Catch::Contains("class 'c' has only copies of one picture"));
  folder.write("c/3.jpg", "two");
  folder.write("c/4.jpg", "two");
  folder.write("c/5.jpg", "two");
  const auto large = open_dataset(folder.path());
  const Split split = stratified_split(*large, 0.1, 0, find_duplicates(*large));
  CHECK(std::binary_search(split.val.begin(), split.val.end(),
                           40));  // the smaller group, though it is above the share
  CHECK_FALSE(std::binary_search(split.val.begin(), split.val.end(), 42));
}

TEST_CASE("a multi-label set is split by each sample's rarest label") {
  const Folder folder;
  std::string list = "path,labels\n";
  for (int i = 0; i < 10; ++i) list += std::to_string(i) + ".jpg,common|rare\n";
  for (int i = 10; i < 40; ++i) list += std::to_string(i) + ".jpg,common\n";
  for (int i = 40; i < 50; ++i) list += std::to_string(i) + ".jpg,\n";
  list += "50.jpg,single|common\n";
  folder.write("x.csv", list);
  const auto dataset = open_dataset(folder.path() / "x.csv");
  const Split split = stratified_split(*dataset, 0.2, 3);
  const auto between = [&](int64_t low, int64_t high) {
    return std::count_if(split.val.begin(), split.val.end(), [&](int64_t i) { return i >= low && i < high; });
  };
  CHECK(between(0, 10) == 2);
  CHECK(between(10, 40) == 6);
  CHECK(between(40, 50) == 2);
  CHECK(between(50, 51) == 0);
  CHECK(split.train.size() + split.val.size() == 51);
}

TEST_CASE("a split's file is a data set with two parts") {
  const Folder folder;
  for (int i = 0; i < 10; ++i) {
    folder.write("data/a/\"" + std::to_string(i) + "\".jpg", "a" + std::to_string(i));
    folder.write("data/é/" + std::to_string(i) + ".jpg", "e" + std::to_string(i));
  }
  const std::filesystem::path data = folder.path() / "data", file = folder.path() / "splits/one.json";
  std::filesystem::create_directories(file.parent_path());
  const auto whole = open_dataset(data);
  const Split split = stratified_split(*whole, 0.2, 7);
  write_split(file, *whole, data, {split, 0.2, 7});
  const std::string text = read_text(file);
  CHECK_THAT(text,
             Catch::StartsWith(
                 "{\n  \"zoo_split\": 1,\n  \"data\": \"../data\",\n  \"fraction\": 0.2,\n  \"seed\": 7,\n"));
  const std::shared_ptr<const Dataset> again = open_dataset(file);
  CHECK(names(*again) == names(*whole));
  CHECK(again->classes() == whole->classes());
  CHECK(again->parts() == Strings{"train", "val"});
  CHECK(names(*take_part(again, "val")) == names(*subset(open_dataset(data), split.val)));
  CHECK(text_of(take_part(again, "train")->fetch(0)) == text_of(whole->fetch(split.train[0])));

  folder.write("data/a/new.jpg", "new");
  const auto grown = open_dataset(file);
  CHECK(grown->size() == 20);
  CHECK(grown->left_out() == Strings{"a/new.jpg: not in the split"});
  std::filesystem::remove(data / "é/3.jpg");
  CHECK_THROWS_WITH(open_dataset(file), Catch::Contains("one.json: 1 of its 20 pictures are not in") &&
                                            Catch::Contains("'é/3.jpg'"));

  folder.write("splits/two.json", R"({"zoo_split": 2, "data": "x", "train": [], "val": []})");
  CHECK_THROWS_WITH(open_dataset(folder.path() / "splits/two.json"),
                    Catch::Contains("two.json:/zoo_split: is 2, expected 1"));
  folder.write("splits/two.json", R"({"zoo_split": 1, "data": "x", "train": ["a"], "val": ["b", "a"]})");
  CHECK_THROWS_WITH(open_dataset(folder.path() / "splits/two.json"),
                    Catch::Contains("two.json:/val/1: 'a' is in both parts"));
  folder.write("splits/two.json", R"({"zoo_split": 1, "data": "two.json", "train": ["a"], "val": ["b"]})");
  CHECK_THROWS_WITH(open_dataset(folder.path() / "splits/two.json"),
                    Catch::Contains("two.json:/data: is this file itself"));
  folder.write("splits/two.json", R"({"zoo_split": 1, "data": "x\u0000", "train": ["a"], "val": ["b"]})");
  CHECK_THROWS_WITH(open_dataset(folder.path() / "splits/two.json"),
                    Catch::Contains("two.json:/data: holds a NUL"));
  folder.write("data/a/\xff.jpg", "x");
  const auto bad = open_dataset(data);
  CHECK_THROWS_WITH(write_split(file, *bad, data, {stratified_split(*bad, 0.2, 7), 0.2, 7}),
                    Catch::Contains("not UTF-8"));
  CHECK(read_text(file) == text);
}

TEST_CASE("a split may be of a split, but not of one that leads back to it") {
  const Folder folder;
  folder.write("x.csv", "path,label\na,x\nb,y\nc,x\n");
  folder.write("one.json", R"({"zoo_split": 1, "data": "x.csv", "train": ["a", "b"], "val": ["c"]})");
  folder.write("two.json", R"({"zoo_split": 1, "data": "one.json", "train": ["a"], "val": ["b", "c"]})");
  const auto dataset = open_dataset(folder.path() / "two.json");
  CHECK(names(*dataset) == Strings{"a", "b", "c"});
  CHECK(dataset->part(1) == 1);
  folder.write("one.json", R"({"zoo_split": 1, "data": "two.json", "train": ["a", "b"], "val": ["c"]})");
  ZOO_CHECK_ERROR(open_dataset(folder.path() / "two.json"), ErrorCode::mismatch,
                  (folder.path() / "two.json").string() +
                      ": is one of more than 8 splits, each of the next. Make the split of the data itself.");
}
