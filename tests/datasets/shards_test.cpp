// Tar shards in WebDataset's naming.
#include <catch2/catch.hpp>

#include "tests/datasets/folder.h"
#include "tests/datasets/gzip.h"
#include "tests/datasets/samples.h"
#include "tests/datasets/tar_bytes.h"
#include "tests/error_matchers.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/shards/braces.h"

using namespace zoo;
using namespace zoo::test;
using Strings = std::vector<std::string>;
using std::string_literals::operator""s;

namespace {

std::string refusal(const std::string& content) {
  const Folder folder;
  folder.write("x.tar", content);
  const std::string message = message_of(error_of([&] { open_tar_shards(folder.path() / "x.tar"); }));
  const std::string prefix = folder.path().string() + "/";
  CHECK(message.starts_with(prefix));
  return message.substr(std::min(prefix.size(), message.size()));
}

std::string braces_error(const std::string& pattern) {
  return message_of(error_of([&] { expand_braces(pattern); }));
}

}  // namespace

TEST_CASE("braces stand for names") {
  CHECK(expand_braces("a.tar") == Strings{"a.tar"});
  CHECK(expand_braces("a-{008..011}.tar") == Strings{"a-008.tar", "a-009.tar", "a-010.tar", "a-011.tar"});
  CHECK(expand_braces("{9..10}{a,,b}") == Strings{"9a", "9", "9b", "10a", "10", "10b"});
  CHECK_THAT(braces_error("a{1..2"), Catch::StartsWith("a{1..2: a brace is not closed"));
  CHECK_THAT(braces_error("a{b{1..2}}"), Catch::Contains("not closed before the next"));
  CHECK_THAT(braces_error("{3..2}"), Catch::Contains("no rising range"));
  CHECK_THAT(braces_error("{a..b}"), Catch::Contains("no rising range"));
  CHECK_THAT(braces_error("{a}"), Catch::Contains("without '..' or ','"));
  CHECK_THAT(braces_error("{0..1000000}"), Catch::Contains("more than a million"));
  CHECK_THAT(braces_error("{0..18446744073709551615}"), Catch::Contains("more than a million"));
  CHECK_THAT(braces_error("{0..2000}{0..2000}"), Catch::Contains("more than a million"));
}

TEST_CASE("shards give pictures, labels and parts") {
  const Folder folder;
  folder.write("train-000.tar", tar({{"a/1.jpg", "one"},
                                     {"a/1.cls", "2\n"},
                                     {"a/1.txt", "x"},
                                     {"__notes__", "x"},
                                     {"d", "", '5'},
                                     {"a/2.cls", "0"},
                                     {"a/2.seg.png", "s"},
                                     {"a/2.PNG", "two!"}}));
  folder.write(
      "train-001.tar",
      tar({{"b.v2.json", "{}"}, {"c.json", R"({"label": 1, "w": 3})"}, {"c.webp", "three"}, {".x.jpg", ""}}));
  folder.write("val-000.tar", tar({{"z.jpg", ""}, {"z.json", "junk"}, {"z.cls", "2"}}));
  const std::shared_ptr<const Dataset> dataset = open_dataset(folder.path());
  CHECK(names(*dataset) == Strings{"train-000.tar/a/1.jpg", "train-000.tar/a/2.PNG", "train-001.tar/c.webp",
                                   "val-000.tar/z.jpg"});
  CHECK(dataset->classes() == Strings{"0", "1", "2"});
  CHECK(dataset->label(0) == 2);
  CHECK(dataset->label(1) == 0);
  CHECK(dataset->label(2) == 1);
  CHECK(text_of(dataset->fetch(0)) == "one");
  CHECK(text_of(dataset->fetch(1)) == "two!");
  CHECK(text_of(dataset->fetch(2)) == "three");
  CHECK(text_of(dataset->fetch(3)).empty());
  CHECK(dataset->parts() == Strings{"train", "val"});
  CHECK(dataset->part(3) == 1);
  CHECK(dataset->left_out() ==
        Strings{"train-001.tar/b: no picture", "train-001.tar/.x.jpg: no key and ending",
                "members ending in .seg.png: not used", "members ending in .txt: not used",
                "members ending in .v2.json: not used"});
  CHECK(names(*open_dataset(folder.path() / "train-{000..001}.tar")).size() == 3);
  CHECK_THROWS_WITH(open_dataset(folder.path() / "train-{000..002}.tar"), Catch::Contains("train-002.tar"));
  CHECK(open_dataset(folder.path() / "train-000.tar")->size() == 2);
  folder.write("val-000.tar", "short");
  CHECK_THROWS_WITH(dataset->fetch(3), Catch::Contains("val-000.tar: is shorter than when it was opened"));
  folder.write("classes.txt", "x\ny\n");
  CHECK_THROWS_WITH(open_dataset(folder.path() / "train-000.tar"),
                    Catch::Contains("train-000.tar/a/1.jpg: label '2' is neither"));
  folder.write("other.txt", "x\ny\nz\n");
  CHECK(open_dataset(folder.path() / "train-000.tar", {.classes_file = folder.path() / "other.txt"})
            ->classes()[2] == "z");
  const Folder empty;
  CHECK_THROWS_WITH(open_tar_shards(empty.path()), Catch::Contains("no *.tar file"));
}

TEST_CASE("a shard that gzip has compressed is read from memory") {
  const Folder folder;
  folder.write("x.tar.gz",
               gzip(tar({{"./1.jpg", "one"}, {"./1.cls", "a"}, {"./2.jpg", "two"}, {"./2.cls", "b"}})));
  const auto dataset = open_dataset(folder.path() / "x.tar.gz");
  CHECK(dataset->classes() == Strings{"a", "b"});
  CHECK(text_of(dataset->fetch(1)) == "two");
  CHECK(names(*open_dataset(folder.path())) == Strings{"x.tar.gz/./1.jpg", "x.tar.gz/./2.jpg"});
  folder.write("x.tar.gz", gzip("no tar"));
  CHECK_THROWS_WITH(open_dataset(folder.path() / "x.tar.gz"),
                    Catch::Contains("is gzip, and what is in it is no tar file. Unpack it (gunzip)."));
}

TEST_CASE("dots in names belong to the key where WebDataset's rule finds no picture") {
  const Folder folder;
  folder.write("x.tar", tar({{"v1.0/img_22.05.jpg", "one"},
                             {"v1.0/img_22.05.cls", "a"},
                             {"v1.0/img_22.15.jpg", "two"},
                             {"v1.0/img_22.15.cls", "b"}}));
  const auto dataset = open_dataset(folder.path() / "x.tar");
  CHECK(names(*dataset) == Strings{"x.tar/v1.0/img_22.05.jpg", "x.tar/v1.0/img_22.15.jpg"});
  CHECK(dataset->label(1) == 1);
  CHECK(dataset->left_out().empty());
  CHECK(dataset->notes() ==
        Strings{"x.tar: keys end at the last dot here, where WebDataset's end at the first"});
  folder.write("x.tar",
               tar({{"1.jpg", "one"}, {"1.cls", "a"}, {"2.jpg", "2"}, {"2.cls", "b"}, {"3.5.jpg", ""}}));
  CHECK(open_dataset(folder.path() / "x.tar")->left_out() ==
        Strings{"x.tar/3: no picture, since WebDataset's key ends at the first dot of 3.5.jpg",
                "members ending in .5.jpg: not used"});
}

TEST_CASE("what macOS puts beside shards is left out") {
  const Folder folder;
  folder.write("x.tar", tar({{"1.jpg", ""}, {"1.cls", "a"}, {"2.jpg", ""}, {"2.cls", "b"}}));
  folder.write("._x.tar", "Mac OS X");
  const auto dataset = open_dataset(folder.path());
  CHECK(dataset->size() == 2);
  CHECK(dataset->left_out() == Strings{"._x.tar: a system file"});
}

TEST_CASE("labels of shards are names, or several") {
  const Folder folder;
  folder.write("x.tar", tar({{"1.jpg", ""}, {"1.cls", "dog"}, {"2.jpg", ""}, {"2.cls", "cat"}}));
  CHECK(open_dataset(folder.path() / "x.tar")->classes() == Strings{"cat", "dog"});
  folder.write("x.tar", tar({{"1.jpg", ""},
                             {"1.json", R"({"labels": ["b", "a"]})"},
                             {"2.jpg", ""},
                             {"2.json", R"({"labels": []})"}}));
  const auto dataset = open_dataset(folder.path() / "x.tar");
  CHECK(dataset->multi_label());
  CHECK(labels(*dataset, 0) == std::vector<int32_t>{0, 1});
  CHECK(labels(*dataset, 1).empty());
  CHECK(dataset->parts().empty());
  CHECK(dataset->part(0) == -1);
}

TEST_CASE("members with long names are read: ustar's prefix, pax and GNU") {
  const std::string folder_name(120, 'd'), long_name = folder_name + "/1.jpg";
  const std::string record = " path=" + long_name + "\n";
  const std::string pax = std::to_string(record.size() + 3) + record;
  const std::string by_prefix = tar(
      {{"1.jpg", "x", '0', folder_name}, {"1.cls", "a", '0', folder_name}, {"2.jpg", ""}, {"2.cls", "b"}});
  const std::string by_pax = tar({{"pax", pax, 'x'},
                                  {"short", "x"},
                                  {"p", "16 path=" + std::string("1.cls\n"), 'g'},
                                  {folder_name + "/1.cls", "a", '5'},
                                  {"2.jpg", ""},
                                  {"2.cls", "b"}});
  const std::string by_gnu = tar({{"././@LongLink", long_name + '\0', 'L'},
                                  {"short", "x"},
                                  {"././@LongLink", folder_name + "/1.cls" + '\0', 'L'},
                                  {"short", "a"},
                                  {"2.jpg", ""},
                                  {"2.cls", "b"}});
  for (const std::string& content : {by_prefix, by_gnu}) {
    const Folder folder;
    folder.write("x.tar", content);
    const auto dataset = open_dataset(folder.path() / "x.tar");
    CHECK(names(*dataset) == Strings{"x.tar/" + long_name, "x.tar/2.jpg"});
    CHECK(text_of(dataset->fetch(0)) == "x");
    CHECK(dataset->label(0) == 0);
  }
  CHECK_THAT(refusal(by_pax), Catch::StartsWith("x.tar/" + folder_name + "/1: has no label"));
  const std::string sized = "10 size=1\n";
  const Folder folder;
  folder.write("x.tar",
               tar({{"pax", sized, 'x'}, {"1.jpg", "x"}, {"1.cls", "a"}, {"2.jpg", ""}, {"2.cls", "b"}}));
  CHECK(text_of(open_dataset(folder.path() / "x.tar")->fetch(0)) == "x");
  CHECK_THAT(refusal(tar({{"pax", "99 path=x\n", 'x'}, {"1.jpg", "x"}})),
             Catch::Contains("damaged pax records"));
  CHECK_THAT(refusal(tar({{"pax", "10 size=z\n", 'x'}, {"1.jpg", "x"}})),
             Catch::Contains("damaged pax size"));
  CHECK_THAT(refusal(tar({{"pax", "29 size=99999999999999999999\n", 'x'}, {"1.jpg", "x"}})),
             Catch::Contains("damaged pax size"));  // not 0, which is what a number beyond 64 bits leaves
  CHECK_THAT(refusal(tar({{"pax", "8 size=\n", 'x'}, {"1.jpg", "x"}})), Catch::Contains("damaged pax size"));
  CHECK_THAT(refusal(tar({{"L", std::string((1 << 20) + 1, 'n'), 'L'}})),
             Catch::Contains("has a name of 1048577 bytes"));
}

TEST_CASE("a wrong shard is refused with the place") {
  const std::string good = tar({{"1.jpg", "x"}, {"1.cls", "a"}, {"2.jpg", ""}, {"2.cls", "b"}});
  CHECK_THAT(refusal("no tar"), Catch::StartsWith("x.tar: is no tar file"));
  CHECK_THAT(refusal(good.substr(0, 1100)), Catch::Contains("the tar header at byte 1024 is cut off"));
  CHECK_THAT(refusal(good.substr(0, 512)),
             Catch::Contains("the tar header at byte 0 says 1 bytes where 0 are left"));
  std::string bad = good;
  bad[1024] = '9';
  CHECK_THAT(refusal(bad), Catch::Contains("the tar header at byte 1024 has a wrong checksum"));
  bad = good;
  bad[1024 + 148] = 'z';
  CHECK_THAT(refusal(bad), Catch::Contains("the tar header at byte 1024 has a number that is not octal"));
  CHECK_THAT(refusal(tar({{"1.jpg", "x"}})),
             Catch::StartsWith("x.tar/1: has no label: neither .cls nor .json"));
  CHECK_THAT(refusal(tar({{"1.jpg", "x"}, {"1.png", "x"}})),
             Catch::StartsWith("x.tar/1: has two pictures or two labels"));
  CHECK_THAT(refusal(tar({{"1.jpg", "x"}, {"1.cls", " "}})),
             Catch::StartsWith("x.tar/1: its label is empty"));
  CHECK_THAT(refusal(tar({{"1.jpg", "x"}, {"1.json", "[]"}})),
             Catch::StartsWith("x.tar/1: its JSON is no object"));
  CHECK_THAT(refusal(tar({{"1.jpg", "x"}, {"1.json", "{}"}})),
             Catch::StartsWith("x.tar/1: its JSON has neither"));
  CHECK_THAT(refusal(tar({{"1.jpg", "x"}, {"1.json", "{"}})), Catch::StartsWith("x.tar/1.json"));
  CHECK_THAT(refusal(tar({{"1.jpg", "x"}, {"1.json", R"({"label": -1})"}})),
             Catch::StartsWith("x.tar/1: a label is neither"));
  CHECK_THAT(refusal(tar({{"1.jpg", ""}, {"1.cls", "a"}, {"2.jpg", ""}, {"2.json", R"({"labels": ["a"]})"}})),
             Catch::Contains("one label here and a list of labels elsewhere"));
  CHECK_THAT(refusal(tar({{"1.cls", "a"}})), Catch::StartsWith("x.tar: no picture in it"));
  for (const std::string& size :
       {"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s, "\x81"s + std::string(11, '\0')}) {
    std::string binary_size = tar_header({"1.jpg", ""});
    binary_size.replace(124, 12, size);
    binary_size.replace(148, 8, std::string(8, ' '));
    unsigned sum = 0;
    for (const char c : binary_size) sum += static_cast<unsigned char>(c);
    char digits[8];
    std::snprintf(digits, sizeof digits, "%06o", sum);
    binary_size.replace(148, 7, digits, 7);
    CHECK_THAT(refusal(binary_size + std::string(1024, '\0')), Catch::Contains("has a size beyond 2^63"));
  }
}

TEST_CASE("names in a shard lead nowhere and reach no terminal raw") {
  const Folder folder;
  folder.write("x.tar", tar({{"../../1\x1b[2J\n.jpg", "one"},
                             {"../../1\x1b[2J\n.cls", "a"},
                             {"/etc/passwd.jpg", "two"},
                             {"/etc/passwd.cls", "b"}}));
  const auto dataset = open_dataset(folder.path() / "x.tar");
  CHECK(names(*dataset) == Strings{"x.tar/../../1\x1b[2J\n.jpg", "x.tar//etc/passwd.jpg"});
  CHECK(text_of(dataset->fetch(1)) == "two");
  CHECK_THROWS_WITH(dataset->load(0, {}), Catch::Contains("x.tar/../../1\\x1b[2J\\x0a.jpg: "));
  CHECK_THAT(refusal(tar({{"\x1b.jpg", "x"}})), Catch::StartsWith("x.tar/\\x1b: has no label"));
}

TEST_CASE("a pattern that names a folder is refused as one") {
  const Folder folder;
  folder.write("a.tar", tar({{"1.jpg", ""}, {"1.cls", "0"}}));
  std::filesystem::create_directory(folder.path() / "b.tar");
  ZOO_CHECK_ERROR(open_dataset(folder.path() / "{a,b}.tar"), ErrorCode::io,
                  (folder.path() / "b.tar").string() + ": is a folder, expected a file");
}
