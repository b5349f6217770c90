// Which folders are parts, which are classes, and which are the system's.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/datasets/folder.h"
#include "tests/datasets/samples.h"
#include "zoo/base/error.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/folders/part_names.h"

using namespace zoo;
using namespace zoo::test;
using Strings = std::vector<std::string>;

namespace {

void write(const Folder& folder, const Strings& names) {
  for (const std::string& name : names) folder.write(name, name);
}

}  // namespace

TEST_CASE("a name says a part in any case, with what people write around it") {
  for (const char* name : {"train", "Training", "TRAIN", "train_set", "trainset", "TrainSet", "train-data",
                           "dataset_train", "train2017", "train_images", "training images"}) {
    CHECK(part_called(name) == "train");
  }
  for (const char* name : {"val", "Valid", "validation", "dev", "val_set", "validation-split", "val2017"})
    CHECK(part_called(name) == "val");
  for (const char* name : {"test", "Testing", "TEST", "eval", "test_set", "testImages"})
    CHECK(part_called(name) == "test");
  for (const char* name : {"", "set", "trainer", "trains", "bullet_train", "attest", "contest", "testament",
                           "train_test", "value", "device", "evaluate", "seg_train", "n01440764"}) {
    CHECK(part_called(name).empty());
  }
  CHECK(part_in("seg_train") == "train");
  CHECK(part_in("imagenet-val-0001") == "val");
  CHECK(part_in("latest-0001").empty());
}

TEST_CASE("folders called as parts in other words are parts") {
  const Folder folder;
  const auto [first, second, parts] = GENERATE(table<std::string, std::string, Strings>({
      {"Training", "Testing", {"train", "test"}},
      {"TRAIN", "TEST", {"train", "test"}},
      {"train_set", "val_set", {"train", "val"}},
      {"train", "dev", {"train", "val"}},
      {"flowers_train", "flowers_test", {"train", "test"}},
      {"seg_train/seg_train", "seg_test/seg_test", {"train", "test"}},
      {"train/train", "test/Test", {"train", "test"}},
  }));
  write(folder,
        {first + "/a/1.jpg", first + "/b/1.jpg", second + "/a/2.jpg", second + "/b/3.jpg", "pred/x.jpg"});
  const auto dataset = open_dataset(folder.path());
  CHECK(dataset->parts() == parts);
  CHECK(dataset->classes() == Strings{"a", "b"});
  CHECK(names(*dataset) ==
        Strings{first + "/a/1.jpg", first + "/b/1.jpg", second + "/a/2.jpg", second + "/b/3.jpg"});
  CHECK(text_of(dataset->fetch(3)) == second + "/b/3.jpg");
  CHECK(dataset->part(3) == 1);
  CHECK(dataset->left_out() == Strings{"pred/: not called train, val or test"});
}

TEST_CASE("a list in each part, as Hugging Face has it, is read where it lies") {
  const Folder folder;
  write(folder, {"train/0.jpg", "train/1.jpg", "test/0.jpg", "test/1.jpg"});
  folder.write("train/metadata.csv", "file_name,label\n0.jpg,bee\n1.jpg,ant\n");
  folder.write("test/metadata.jsonl", R"({"file_name": "0.jpg", "label": "bee"}
{"file_name": "1.jpg", "label": "ant"})");
  const auto dataset = open_dataset(folder.path());
  CHECK(dataset->parts() == Strings{"train", "test"});
  CHECK(dataset->classes() == Strings{"ant", "bee"});
  CHECK(names(*dataset) == Strings{"train/0.jpg", "train/1.jpg", "test/0.jpg", "test/1.jpg"});
  CHECK(dataset->label(2) == 1);
}

TEST_CASE("folders that can be no classes are refused") {
  const Folder folder;
  const auto refusal = [&]() -> std::string {
    try {
      open_dataset(folder.path());
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::mismatch);
      return error.what();
    }
    return {};
  };
  SECTION("parts without class folders") {
    write(folder, {"train/1.jpg", "test/2.jpg"});
    CHECK_THAT(refusal(),
               Catch::Contains("its folders 'test' and 'train' are called as the parts of a data set"));
  }
  SECTION("folders that hold the same folders") {
    write(folder, {"fold1/a/1.jpg", "fold1/b/1.jpg", "fold2/a/1.jpg", "fold2/b/1.jpg", "fold2/.git/x.jpg"});
    CHECK_THAT(refusal(),
               Catch::Contains("its folders 'fold1' and 'fold2' hold the same folders (a, b) and no"));
    folder.write("fold2/own.jpg");
    CHECK(refusal().empty());
  }
  SECTION("classes with one folder each, as Tiny ImageNet has them, are classes") {
    write(folder, {"n1/images/1.jpg", "n2/images/1.jpg"});
    CHECK(refusal().empty());
  }
}

TEST_CASE("class folders beside a part that holds such folders too are refused") {
  const Folder folder;
  const std::string part = GENERATE("test", "Validation", "val_set");
  write(folder, {"cat/1.jpg", "dog/1.jpg", part + "/cat/2.jpg", part + "/dog/2.jpg"});
  CHECK_THROWS_WITH(
      open_dataset(folder.path()),
      Catch::Contains("its folder '" + part + "' is called as a part") && Catch::Contains("holds 'cat'"));
  // A class of that name that holds pictures, or other folders, is one.
  write(folder, {part + "/3.jpg"});
  CHECK(open_dataset(folder.path())->classes().size() == 3);
}

TEST_CASE("a folder around the data set is named") {
  const Folder folder;
  write(folder, {"archive/Training/a/1.jpg", "archive/Training/b/1.jpg", "archive/Testing/a/1.jpg",
                 "archive/Testing/b/1.jpg"});
  CHECK_THROWS_WITH(open_dataset(folder.path()),
                    Catch::Contains("give '" + (folder.path() / "archive").string() + "' itself"));
}

TEST_CASE("the system's folders beside parts change nothing") {
  const Folder folder;
  const bool has_training = GENERATE(true, false);
  const std::string first = has_training ? "train" : "val", second = has_training ? "train" : "test";
  write(folder,
        {first + "/a/1.jpg", first + "/b/1.jpg", second + "/a/2.jpg", second + "/b/2.jpg", ".git/HEAD"});
  const auto dataset = open_dataset(folder.path());
  CHECK(dataset->parts() == (has_training ? Strings{"train"} : Strings{"val", "test"}));
  CHECK(dataset->left_out() == Strings{".git/: a system folder"});
}

TEST_CASE("a part may have one class, where the others have more") {
  const Folder folder;
  write(folder, {"train/star/1.jpg", "train/disc/1.jpg", "val/star/2.jpg", "test/unknown/3.jpg"});
  const auto dataset = open_dataset(folder.path());
  CHECK(dataset->classes() == Strings{"disc", "star"});
  CHECK(dataset->parts() == Strings{"train", "val"});
  CHECK(dataset->left_out() == Strings{"test/: its only folder, 'unknown', is a class of no other part"});
  CHECK_THROWS_WITH(open_dataset(folder.path() / "val"), Catch::Contains("only one class folder, 'star'"));
}

TEST_CASE("a training run among class folders is none of them") {
  const Folder folder;
  write(folder, {"cat/1.jpg", "dog/1.jpg", "run/zoo_run.json", "run/best/config.json"});
  const auto dataset = open_dataset(folder.path());
  CHECK(dataset->classes() == Strings{"cat", "dog"});
  CHECK(dataset->left_out() == Strings{"run/: a training run"});
}

TEST_CASE("what the system keeps among the pictures is left out") {
  const Folder folder;
  write(folder,
        {"cat/1.jpg", "cat/@eaDir/1.jpg/SYNO.jpg", "cat/._1.jpg", "cat/.ds.jpg", "dog/1.jpg",
         ".ipynb_checkpoints/1.jpg", "__MACOSX/cat/._1.jpg", "$RECYCLE.BIN/1.jpg", ".git/HEAD", "Thumbs.db"});
  const auto dataset = open_dataset(folder.path());
  CHECK(dataset->classes() == Strings{"cat", "dog"});
  CHECK(names(*dataset) == Strings{"cat/.ds.jpg", "cat/1.jpg", "dog/1.jpg"});
  CHECK(dataset->left_out() == Strings{"Thumbs.db: not in a class folder", "$RECYCLE.BIN/: a system folder",
                                       ".git/: a system folder", ".ipynb_checkpoints/: a system folder",
                                       "__MACOSX/: a system folder", "cat/@eaDir/: a system folder",
                                       "cat/._1.jpg: a system file"});
  std::filesystem::remove_all(folder.path() / "dog");
  CHECK_THROWS_WITH(open_dataset(folder.path()), Catch::Contains("only one class folder, 'cat'"));
}
