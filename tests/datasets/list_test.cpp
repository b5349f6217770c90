// CSV, JSON lines and OpenMMLab's annotations.
#include <catch2/catch.hpp>

#include "tests/datasets/folder.h"
#include "tests/datasets/samples.h"
#include "tests/error_matchers.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/lists/csv.h"

using namespace zoo;
using namespace zoo::test;
using Strings = std::vector<std::string>;

namespace {

std::vector<Strings> records(const std::string& text) {
  CsvReader reader(text, "x.csv");
  std::vector<Strings> all;
  for (Strings fields; reader.next(fields);) all.push_back(fields);
  return all;
}

std::string csv_error(const std::string& text) {
  return message_of(error_of([&] { records(text); }));
}

// What open_dataset says of a list with this content.
std::string refusal(const std::string& name, const std::string& content) {
  const Folder folder;
  folder.write(name, content);
  const std::string message = message_of(error_of([&] { open_dataset(folder.path() / name); }));
  const std::string prefix = folder.path().string() + "/";
  REQUIRE(message.starts_with(prefix));
  return message.substr(prefix.size());
}

}  // namespace

TEST_CASE("CSV is read as RFC 4180 says") {
  CHECK(records("a,b\r\nc,d\r\n") == std::vector<Strings>{{"a", "b"}, {"c", "d"}});
  CHECK(records("a,b\nc,") == std::vector<Strings>{{"a", "b"}, {"c", ""}});
  CHECK(records("\"x\"\n\n\r\n,\n") == std::vector<Strings>{{"x"}, {"", ""}});
  CHECK(records(" a, b\t\n\" c\",d e\r\n") == std::vector<Strings>{{"a", "b"}, {" c", "d e"}});
  CHECK(records("\"a,\"\"b\"\"\r\nc\",\"\"\r\nd,e") ==
        std::vector<Strings>{{"a,\"b\"\r\nc", ""}, {"d", "e"}});
  CHECK(records("a\rb,c\n") == std::vector<Strings>{{"a\rb", "c"}});
  CHECK(records("") == std::vector<Strings>{});
  CHECK_THAT(csv_error("a\n\"b\nc\n"), Catch::StartsWith("x.csv:2: a quote is opened and never closed"));
  CHECK_THAT(csv_error("\"a\nb\"\n\"c\"d\n"), Catch::StartsWith("x.csv:3: a quoted field goes on"));
  CHECK_THAT(csv_error("a\nb\"c\n"), Catch::StartsWith("x.csv:2: a quote inside a field"));
}

TEST_CASE("a CSV list gives paths beside it, classes by name and parts") {
  const Folder folder;
  folder.write("sub/pictures.csv",
               "split,path,note,label\n"
               "train,\"b, 1.jpg\",,dog\r\n"
               "val,../c/2.jpg,x,cat\n"
               ",3.jpg,,dog\n");
  folder.write("sub/b, 1.jpg", "first");
  folder.write("c/2.jpg", "second");
  const std::shared_ptr<const Dataset> dataset = open_dataset(folder.path() / "sub/pictures.csv");
  CHECK(names(*dataset) == Strings{"b, 1.jpg", "../c/2.jpg", "3.jpg"});
  CHECK(dataset->classes() == Strings{"cat", "dog"});
  CHECK(dataset->label(0) == 1);
  CHECK(dataset->label(1) == 0);
  CHECK_FALSE(dataset->multi_label());
  CHECK(dataset->parts() == Strings{"train", "val"});
  CHECK(dataset->part(0) == 0);
  CHECK(dataset->part(1) == 1);
  CHECK(dataset->part(2) == -1);
  CHECK(dataset->notes() == Strings{"column 'note': not used"});
  CHECK(dataset->left_out().empty());
  CHECK(text_of(dataset->fetch(0)) == "first");
  CHECK(text_of(dataset->fetch(1)) == "second");
  CHECK_THROWS_WITH(dataset->fetch(2), Catch::Contains("sub/3.jpg"));
  CHECK(names(*take_part(dataset, "val")) == Strings{"../c/2.jpg"});
  const auto elsewhere =
      open_dataset(folder.path() / "sub/pictures.csv", {.picture_root = folder.path() / "sub/../sub"});
  CHECK(text_of(elsewhere->fetch(0)) == "first");
  CHECK_THROWS_WITH(
      open_dataset(folder.path() / "sub/pictures.csv", {.picture_root = folder.path() / "none"}),
      Catch::Contains("/none: no such folder"));
}

TEST_CASE("a CSV list is read with the separators, names and line ends that spreadsheets write") {
  const auto [text, columns] = GENERATE(table<std::string, std::string>({
      {"Path;Label;Split\r\na.jpg;cat;TRAIN\r\n\"b;1.jpg\";dog;Test\r\n", ""},
      {"FILE_NAME\tlabel\tsplit\na.jpg\tcat\ttraining\nb;1.jpg\tdog\ttesting\n", ""},
      {"\xef\xbb\xbfpath, label, split\na.jpg, cat, train\nb;1.jpg, dog, test\n", ""},
      {"filename,class,split\na.jpg,cat,train\nb;1.jpg,dog,test\n", ""},
      {"a.jpg,cat,train\nb;1.jpg,dog,test\n", "no line that names the columns: taken for path, label, split"},
  }));
  const Folder folder;
  folder.write("x.csv", text);
  const auto dataset = open_dataset(folder.path() / "x.csv");
  CHECK(names(*dataset) == Strings{"a.jpg", "b;1.jpg"});
  CHECK(dataset->classes() == Strings{"cat", "dog"});
  CHECK(dataset->parts() == Strings{"train", "test"});
  CHECK(dataset->part(1) == 1);
  CHECK(dataset->notes() == (columns.empty() ? Strings() : Strings{columns}));
}

TEST_CASE("backslashes in paths are slashes unless a file has them in its name") {
  const Folder folder;
  folder.write("img/1.jpg", "one");
  folder.write("own\\2.jpg", "two");
  folder.write("x.csv", "path,label\nimg\\1.jpg,a\nimg\\sub\\2.jpg,b\n");
  const auto dataset = open_dataset(folder.path() / "x.csv");
  CHECK(names(*dataset) == Strings{"img/1.jpg", "img/sub/2.jpg"});
  CHECK(text_of(dataset->fetch(0)) == "one");
  CHECK(dataset->notes() == Strings{"backslashes in paths: taken for slashes"});
  folder.write("x.jsonl", R"({"path": "own\\2.jpg", "label": "a"}
{"path": "img/1.jpg", "label": "b"})");
  CHECK(text_of(open_dataset(folder.path() / "x.jsonl")->fetch(0)) == "two");
}

TEST_CASE("lists are UTF-8, and their pictures are looked for without being read") {
  const Folder folder;
  const auto [file, text] = GENERATE(table<std::string, std::string>({
      {"list.csv", "path,label\na.jpg,caf\xe9\n"},
      {"list.txt", "a.jpg 0\nb\xe9.jpg 1\n"},
      {"list.jsonl",
       "{\"path\": \"a.jpg\", \"label\": \"a\"}\n{\"path\": \"b\xe9.jpg\", \"label\": \"b\"}\n"},
      {"classes.txt", "a\ncaf\xe9\n"},
  }));
  folder.write(file, text);
  if (file == "classes.txt") folder.write("list.txt", "a.jpg 0\nb.jpg 1\n");
  CHECK_THROWS_WITH(open_dataset(folder.path() / (file == "classes.txt" ? "list.txt" : file)),
                    Catch::Contains(file + ":2: is not UTF-8. Convert the file: iconv"));
  folder.write("good.csv", "path,label\na.jpg,a\nb.jpg,b\nc.jpg,b\n");
  if (file == "classes.txt") return;
  folder.write("a.jpg", "");
  const std::shared_ptr<const Dataset> dataset = open_dataset(folder.path() / "good.csv");
  CHECK_THROWS_WITH(require_present(*dataset),
                    Catch::StartsWith((folder.path() / "b.jpg").string() +
                                      ": is not there; the data names 3 pictures, of which 2 are missing"));
  CHECK_NOTHROW(require_present(*subset(dataset, {0})));
  CHECK_THROWS_WITH(require_present(*subset(dataset, {0, 2})),
                    Catch::Contains("c.jpg: is not there; the data names 2 pictures, of which 1 is missing"));
}

TEST_CASE("parts that folders in all paths name are taken where the list names none") {
  const Folder folder;
  folder.write("metadata.csv",
               "file_name,label\nimg/Train/a/1.jpg,a\nimg/Train/b/1.jpg,b\nimg/test/1.jpg,a\n");
  const auto dataset = open_dataset(folder.path());
  CHECK(dataset->parts() == Strings{"train", "test"});
  CHECK(dataset->part(1) == 0);
  CHECK(dataset->part(2) == 1);
  CHECK(dataset->notes().empty());
  folder.write("metadata.csv", "file_name,label\ntrain/1.jpg,a\ntest/1.jpg,b\n1.jpg,b\n");
  CHECK(open_dataset(folder.path())->parts().empty());
  CHECK(
      open_dataset(folder.path())->notes() ==
      Strings{"folders called test and train in the paths: no parts, since 1 of 3 paths name none; a column "
              "'split' would say them"});
  folder.write("metadata.csv", "file_name,label\ntrain/1.jpg,a\ntrain/2.jpg,b\n");
  CHECK(open_dataset(folder.path())->parts().empty());
  folder.write("metadata.csv", "file_name,label,split\ntrain/1.jpg,a,val\ntest/2.jpg,b,val\n");
  CHECK(open_dataset(folder.path())->parts() == Strings{"val"});
}

TEST_CASE("a byte order mark is skipped wherever text is read, and UTF-16 is refused with what to do") {
  const Folder folder;
  const std::string mark = "\xef\xbb\xbf";
  folder.write("list.txt", mark + "a.jpg 0\r\nb.jpg 1\r\n");
  folder.write("list.jsonl", mark + "{\"path\": \"a.jpg\", \"label\": \"bee\"}\r\n" +
                                 "{\"path\": \"b.jpg\", \"label\": \"ant\"}\r\n");
  folder.write("list.json", mark + R"({"data_list": [{"img_path": "a.jpg", "gt_label": 1},
                                      {"img_path": "b.jpg", "gt_label": 0}]})");
  folder.write("names.txt", mark + "ant\r\nbee\r\n");
  for (const char* name : {"list.txt", "list.jsonl", "list.json"}) {
    const auto dataset = open_dataset(folder.path() / name, {.classes_file = folder.path() / "names.txt"});
    CHECK(names(*dataset) == Strings{"a.jpg", "b.jpg"});
    CHECK(dataset->classes() == Strings{"ant", "bee"});
  }
  for (const char* name : {"wide.csv", "wide.txt"}) {
    folder.write(name, std::string("\xff\xfe"
                                   "a\0,\0",
                                   6));
    CHECK_THROWS_WITH(
        open_dataset(folder.path() / name),
        Catch::Contains("is text in UTF-16, expected UTF-8. Convert it: iconv -f UTF-16 -t UTF-8"));
  }
}

TEST_CASE("labels that are all indices count from 0, and a file of classes names them") {
  const Folder folder;
  folder.write("x.csv", "path,label\na.jpg,3\nb.jpg,0\n");
  CHECK(open_dataset(folder.path() / "x.csv")->classes() == Strings{"0", "1", "2", "3"});
  CHECK(open_dataset(folder.path() / "x.csv")->label(0) == 3);
  folder.write("x.csv", "path,label\na.jpg,3\nb.jpg,03\n");
  CHECK(open_dataset(folder.path() / "x.csv")->classes() == Strings{"03", "3"});
  folder.write("classes.txt", "ant\r\nbee\n\n cow \nape\n");
  CHECK_THROWS_WITH(open_dataset(folder.path() / "x.csv"),
                    Catch::Contains("x.csv:3: label '03' is neither one of the 4 classes"));
  folder.write("x.csv", "path,label\na.jpg,ape\nb.jpg,2\n");
  const auto dataset = open_dataset(folder.path() / "x.csv");
  CHECK(dataset->classes() == Strings{"ant", "bee", "cow", "ape"});
  CHECK(dataset->label(0) == 3);
  CHECK(dataset->label(1) == 2);
  folder.write("x.csv", "path,label\na.jpg,appe\nb.jpg,2\n");
  CHECK_THROWS_WITH(open_dataset(folder.path() / "x.csv"), Catch::Contains("Did you mean 'ape'?"));
  folder.write("other.txt", "appe\nx\ny\n");
  CHECK(open_dataset(folder.path() / "x.csv", {.classes_file = folder.path() / "other.txt"})->label(1) == 2);
  folder.write("other.txt", "appe\nx\nappe\n");
  CHECK_THROWS_WITH(open_dataset(folder.path() / "x.csv", {.classes_file = folder.path() / "other.txt"}),
                    Catch::Contains("other.txt:3: class 'appe' stands in line 1 already"));
}

TEST_CASE("a sample can have several labels or none") {
  const Folder folder;
  folder.write("x.csv", "path,labels\na.jpg,sky|tree|sky\nb.jpg,\nc.jpg,ape\n");
  folder.write("x.jsonl",
               "{\"path\": \"a.jpg\", \"labels\": [\"tree\", \"sky\", \"tree\"]}\n\n"
               "{\"labels\": [], \"path\": \"b.jpg\"}\n{\"path\": \"c.jpg\", \"labels\": [\"ape\"]}");
  for (const char* name : {"x.csv", "x.jsonl"}) {
    const auto dataset = open_dataset(folder.path() / name);
    CHECK(dataset->multi_label());
    CHECK(dataset->classes() == Strings{"ape", "sky", "tree"});
    CHECK(labels(*dataset, 0) == std::vector<int32_t>{1, 2});
    CHECK(labels(*dataset, 1).empty());
    CHECK(dataset->label(1) == -1);
    CHECK(labels(*dataset, 2) == std::vector<int32_t>{0});
    CHECK(dataset->label(0) == 1);
  }
  folder.write("classes.txt", "ape\nsky\ntree\n");
  folder.write("x.csv", "path,labels\na.jpg,sky|1|0\n");
  CHECK(labels(*open_dataset(folder.path() / "x.csv"), 0) == std::vector<int32_t>{0, 1});
}

TEST_CASE("a wrong CSV list is refused with its line") {
  CHECK_THAT(refusal("x.csv", ""), Catch::StartsWith("x.csv: is empty"));
  CHECK_THAT(refusal("x.csv", "path,label\n"), Catch::StartsWith("x.csv: no picture in it"));
  CHECK_THAT(refusal("x.csv", "a,cat\nb.jpg,dog\n"),
             Catch::StartsWith("x.csv:1: no column 'path' (it has: a, cat)"));
  CHECK_THAT(refusal("x.csv", "path,x\n"), Catch::StartsWith("x.csv:1: no column 'label' or 'labels'"));
  CHECK_THAT(refusal("x.csv", "path,label,labels\n"), Catch::StartsWith("x.csv:1: both a column"));
  CHECK_THAT(refusal("x.csv", "path,label,file_name\n"),
             Catch::StartsWith("x.csv:1: column 'file_name' stands twice"));
  CHECK_THAT(refusal("x.csv", "path,label\na,b\nc\n"),
             Catch::StartsWith("x.csv:3: 1 fields, the header has 2"));
  CHECK_THAT(refusal("x.csv", "path,label\na,\n"), Catch::StartsWith("x.csv:2: the label is empty"));
  CHECK_THAT(refusal("x.csv", "path,label\n\n,b\n"), Catch::StartsWith("x.csv:3: the path is empty"));
  CHECK_THAT(refusal("x.csv", std::string("path,label\na\0b,c\n", 17)),
             Catch::StartsWith("x.csv:2: the path holds a NUL"));
  CHECK_THAT(refusal("x.csv", "path,label\na,b\nc,b\n"), Catch::StartsWith("x.csv: only one class, 'b'"));
}

TEST_CASE("JSON lines give names, indices and parts, and are refused with their line") {
  const Folder folder;
  folder.write("list.jsonl",
               "{\"file_name\": \"\\u00e9.jpg\", \"label\": 1, \"split\": \"train\", \"width\": 3}\r\n"
               "{\"path\": \"b.jpg\", \"label\": 0, \"split\": null}\n");
  const auto dataset = open_dataset(folder.path() / "list.jsonl");
  CHECK(names(*dataset) == Strings{"é.jpg", "b.jpg"});
  CHECK(dataset->classes() == Strings{"0", "1"});
  CHECK(dataset->parts() == Strings{"train"});
  CHECK(dataset->part(1) == -1);
  CHECK(dataset->notes() == Strings{"member 'width': not used"});
  const auto line = [](const std::string& second) {
    return refusal("x.jsonl", "{\"path\": \"a\", \"label\": \"b\"}\n" + second + "\n");
  };
  CHECK_THAT(line("[1]"), Catch::StartsWith("x.jsonl:2: is a JSON array, expected an object"));
  CHECK_THAT(line("{\"path\": \"a\", }"), Catch::StartsWith("x.jsonl:2"));
  CHECK_THAT(line("{\"path\": \"a\", \"path\": \"b\", \"label\": 1}"), Catch::StartsWith("x.jsonl:2"));
  CHECK_THAT(line("{\"path\": 3, \"label\": 1}"), Catch::StartsWith("x.jsonl:2: no text 'path'"));
  CHECK_THAT(line("{\"path\": \"a\", \"file_name\": \"a\", \"label\": 1}"),
             Catch::StartsWith("x.jsonl:2: both 'path' and"));
  CHECK_THAT(line("{\"path\": \"a\"}"), Catch::StartsWith("x.jsonl:2: no 'label' or 'labels'"));
  CHECK_THAT(line("{\"path\": \"a\", \"label\": 1, \"labels\": []}"),
             Catch::StartsWith("x.jsonl:2: both 'label' and"));
  CHECK_THAT(line("{\"path\": \"a\", \"labels\": []}"),
             Catch::StartsWith("x.jsonl:2: 'labels', where the lines before"));
  CHECK_THAT(line("{\"path\": \"a\", \"label\": -1}"), Catch::StartsWith("x.jsonl:2: a label is neither"));
  CHECK_THAT(line("{\"path\": \"a\", \"label\": 1.5}"), Catch::StartsWith("x.jsonl:2: a label is neither"));
  CHECK_THAT(line("{\"path\": \"a\", \"label\": [1]}"), Catch::StartsWith("x.jsonl:2: a label is neither"));
  CHECK_THAT(line("{\"path\": \"a\", \"label\": 1, \"split\": 2}"),
             Catch::StartsWith("x.jsonl:2: 'split' is no text"));
  CHECK_THAT(refusal("y.jsonl", "{\"path\": \"a\", \"labels\": 3}"),
             Catch::StartsWith("y.jsonl:1: 'labels' is no array"));
}

TEST_CASE("OpenMMLab's lines and JSON are read") {
  const Folder folder;
  folder.write("train.txt", "folder 1/x y.png 0\r\n  z.png 4  \n");
  const auto lines = open_dataset(folder.path() / "train.txt");
  CHECK(names(*lines) == Strings{"folder 1/x y.png", "z.png"});
  CHECK(lines->classes().size() == 5);
  CHECK(lines->label(1) == 4);
  CHECK_THAT(refusal("a.txt", "x.jpg 1\ny.jpg cat\n"),
             Catch::StartsWith("a.txt:2: does not end in a space and a class index"));
  CHECK_THAT(refusal("a.txt", "x.jpg\n"), Catch::StartsWith("a.txt:1: does not end in"));
  CHECK_THAT(refusal("a.txt", "x.jpg -1\n"), Catch::StartsWith("a.txt:1: does not end in"));

  folder.write("multi.json", R"({"metainfo": {"classes": ["A", "B", "C"]}, "data_list": [
    {"img_path": "1.jpg", "gt_label": [2, 0]}, {"img_path": "2.jpg", "gt_label": []}]})");
  const auto multi = open_dataset(folder.path() / "multi.json");
  CHECK(multi->multi_label());
  CHECK(multi->classes() == Strings{"A", "B", "C"});
  CHECK(labels(*multi, 0) == std::vector<int32_t>{0, 2});
  folder.write("single.json",
               R"({"data_list": [{"img_path": "1.jpg", "gt_label": 1}, {"img_path": "2.jpg", "gt_label": 0}],
    "metainfo": {"categories": [{"id": 7, "category_name": "second"}, {"id": 3, "category_name": "first"}]}})");
  const auto single = open_dataset(folder.path() / "single.json");
  CHECK_FALSE(single->multi_label());
  CHECK(single->classes() == Strings{"first", "second"});
  CHECK(single->label(0) == 1);
  CHECK_THAT(
      refusal("a.json", R"({"data_list": [{"img_path": "1.jpg", "gt_label": 0}, {"img_path": "1.jpg"}]})"),
      Catch::StartsWith("a.json:/data_list/1: no member 'gt_label'"));
  CHECK_THAT(
      refusal(
          "a.json",
          R"({"metainfo": {"classes": ["A", "B"]}, "data_list": [{"img_path": "1.jpg", "gt_label": 2}]})"),
      Catch::StartsWith("a.json:/data_list/0: label '2' is neither one of the 2 classes"));
  CHECK_THAT(refusal("a.json", "{\"data_list\": 3,\n\"x\": 1}"),
             Catch::StartsWith("a.json:/data_list: is of type number"));
  CHECK_THAT(refusal("a.json", "{\n\"x\": 1}"), Catch::StartsWith("a.json: is JSON, but neither a split"));
}

TEST_CASE("OpenMMLab's labels are indices, also where the classes are called by numbers") {
  const Folder folder;
  folder.write("classes.txt", "1\n2\n0\n");
  folder.write("x.txt", "a.png 1\nb.png 0\n");
  folder.write("x.json", R"({"metainfo": {"classes": ["1", "2", "0"]}, "data_list": [
    {"img_path": "a.png", "gt_label": 1}, {"img_path": "b.png", "gt_label": 0}]})");
  for (const char* name : {"x.txt", "x.json"}) {
    const auto dataset = open_dataset(folder.path() / name);
    CHECK(dataset->classes() == Strings{"1", "2", "0"});
    CHECK(dataset->label(0) == 1);
    CHECK(dataset->label(1) == 0);
  }
  folder.write("x.csv", "path,label\na.png,1\nb.png,0\n");  // a name, where it is one
  CHECK(open_dataset(folder.path() / "x.csv")->label(0) == 0);
  CHECK(open_dataset(folder.path() / "x.csv")->label(1) == 2);
  folder.write("x.txt", "a.png 1\nb.png 3\n");
  CHECK_THROWS_WITH(open_dataset(folder.path() / "x.txt"), Catch::Contains("x.txt:2: label '3' is neither"));
}

TEST_CASE("a column of very many words is no split") {
  std::string list = "path,label,split\n";
  for (int i = 0; i < 101; ++i) {
    const std::string number = std::to_string(i);
    list += number + ".jpg," + (i % 2 == 0 ? "a" : "b") + ",fold " + number + "\n";
  }
  CHECK_THAT(refusal("x.csv", list),
             Catch::StartsWith("x.csv:102: 'split' says one of more than 100 different words"));
}

TEST_CASE("whatever stands in a list, a message about it is short and can be shown") {
  const Folder folder;
  const std::string lies(3000, 'x'), escape = "\\u001b[2J\\n";
  folder.write("x.jsonl", "{\"path\": \"" + escape + "\", \"label\": \"a" + escape + "\"}\n{\"path\": \"" +
                              lies + "\", \"label\": \"" + lies + "\", \"" + lies + "\": 1}\n");
  const auto dataset = open_dataset(folder.path() / "x.jsonl");
  CHECK(dataset->name(0) == "\x1b[2J\n");  // names are what they are
  CHECK(message_of(error_of([&] { dataset->fetch(0); })) ==
        folder.path().string() + "/\\x1b[2J\\x0a: no such file");
  CHECK(message_of(error_of([&] { dataset->fetch(1); })).size() < 1200);
  CHECK(dataset->notes() == Strings{"member '" + std::string(100, 'x') + "...': not used"});
  folder.write("classes.txt", "a\nb\n");
  CHECK(message_of(error_of([&] { open_dataset(folder.path() / "x.jsonl"); })) ==
        (folder.path() / "x.jsonl").string() +
            ":1: label 'a\\x1b[2J\\x0a' is neither one of the 2 classes nor an index of them");
}
