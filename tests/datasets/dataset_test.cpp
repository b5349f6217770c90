#include "zoo/datasets/dataset.h"

#include <algorithm>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>

#include "tests/corpus.h"
#include "tests/datasets/folder.h"
#include "tests/datasets/samples.h"
#include "zoo/base/error.h"

using namespace zoo;
using namespace zoo::test;

namespace {

std::string record(int label, size_t label_bytes = 1) {
  std::string bytes(label_bytes, '\0');
  bytes.back() = static_cast<char>(label);
  for (int i = 0; i < 3072; ++i) bytes.push_back(static_cast<char>(i / 1024 * 80 + i % 7));
  return bytes;
}

}  // namespace

TEST_CASE("an image folder lists what torchvision lists, in its order") {
  const Folder root;
  for (const char* name : {"b/2.JPEG", "b/10.png", "b/.hidden.jpg", "b/sub/deep/x.webp", "b/sub-1/a.tif",
                           "a/z.Ppm", "Ünï/é.jpg", "a/notes.txt", "a/no_suffix", "top.jpg"}) {
    root.write(name);
  }
  const auto dataset = open_image_folder(root.path());
  CHECK(dataset->classes() == std::vector<std::string>{"a", "b", "Ünï"});
  CHECK(names(*dataset) == std::vector<std::string>{"a/z.Ppm", "b/.hidden.jpg", "b/10.png", "b/2.JPEG",
                                                    "b/sub-1/a.tif", "b/sub/deep/x.webp", "Ünï/é.jpg"});
  CHECK(dataset->label(0) == 0);
  CHECK(dataset->label(1) == 1);
  CHECK(dataset->label(6) == 2);
  CHECK(dataset->left_out() == std::vector<std::string>{"top.jpg: not in a class folder",
                                                        "a/no_suffix: not a picture's suffix",
                                                        "a/notes.txt: not a picture's suffix"});
}

TEST_CASE("links are followed, and one that leads back is left out") {
  const Folder root, elsewhere;
  root.write("a/1.jpg");
  root.write("b/1.jpg");
  elsewhere.write("linked.jpg");
  std::filesystem::create_directory_symlink(elsewhere.path(), root.path() / "a" / "more");
  std::filesystem::create_directory_symlink(root.path() / "b", root.path() / "b" / "again");
  const auto dataset = open_image_folder(root.path());
  CHECK(names(*dataset) == std::vector<std::string>{"a/1.jpg", "a/more/linked.jpg", "b/1.jpg"});
  CHECK(dataset->left_out() == std::vector<std::string>{"b/again: a link to a folder that holds it"});
  std::filesystem::create_directory_symlink(root.path(), root.path() / "a" / "root");
  CHECK(names(*open_image_folder(root.path())) == names(*dataset));
}

TEST_CASE("links that lead to the same folders in ever more ways are refused") {
  const Folder root;
  root.write("a/1.jpg");
  root.write("b/1.jpg");
  const std::filesystem::path steps = root.path() / "b/steps";
  for (int i = 0; i < 20; ++i) {  // 2^20 paths
    std::filesystem::create_directories(steps / std::to_string(i));
    for (const char* name : {"left", "right"}) {
      std::filesystem::create_directory_symlink("../" + std::to_string(i + 1),
                                                steps / std::to_string(i) / name);
    }
  }
  std::filesystem::create_directories(steps / "20");
  CHECK_THROWS_WITH(open_image_folder(root.path()),
                    Catch::Contains("more than 10,000 folders are here by several links"));
}

TEST_CASE("a folder that is no data set is refused with what is wrong") {
  const Folder root;
  const auto message = [&](const std::filesystem::path& path) -> std::string {
    try {
      open_dataset(path);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  using Catch::Contains;
  CHECK_THAT(message(root.path() / "missing"), Contains("no such file or folder"));
  CHECK_THAT(message(root.path()), Contains("no class folder"));
  root.write("a/1.jpg");
  CHECK_THAT(message(root.path()), Contains("only one class folder, 'a'"));
  root.write("b/readme.txt");
  CHECK_THAT(message(root.path()), Contains("/b: no picture in this class folder"));
  root.write("b/1.png");
  CHECK(message(root.path()) == "no error");
  root.write("weights.bin");
  CHECK(message(root.path()) == "no error");
  CHECK_THAT(message(root.path() / "a" / "1.jpg"), Contains("not a folder"));
}

TEST_CASE(
    "a folder named like a picture is not one, and a text named like one fails with its path when it is "
    "loaded") {
  const Folder root;
  root.write("a/1.jpg/inner.png");
  root.write("b/text.jpg", "these are words");
  const auto dataset = open_image_folder(root.path());
  REQUIRE(names(*dataset) == std::vector<std::string>{"a/1.jpg/inner.png", "b/text.jpg"});
  CHECK_THROWS_WITH(dataset->load(1, {}), Catch::Contains("b/text.jpg: not a picture: the content"));
  const auto message_of_content = [&](const std::string& content) -> std::string {
    root.write("b/text.jpg", content);
    try {
      dataset->load(1, {});
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  CHECK_THAT(message_of_content("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
             Catch::Contains("the pointer that Git LFS keeps in its place. Run 'git lfs pull'"));
  CHECK_THAT(message_of_content("\n<!DOCTYPE HTML><html><body>Sign in"),
             Catch::Contains("a web page that a server sent in its place. Download the picture again"));
  CHECK_THAT(message_of_content("<?xml version=\"1.0\"?><svg/>"),
             Catch::Contains("SVG is not read. Convert"));
}

TEST_CASE("CIFAR batches are read in order, with their labels and planes") {
  const Folder root;
  root.write("data_batch_2.bin", record(9));
  root.write("data_batch_1.bin", record(3) + record(0));
  const auto dataset = open_dataset(root.path());
  CHECK(names(*dataset) ==
        std::vector<std::string>{"data_batch_1.bin[0]", "data_batch_1.bin[1]", "data_batch_2.bin[0]"});
  CHECK(dataset->classes().size() == 10);
  CHECK(dataset->classes()[3] == "cat");
  CHECK(dataset->label(0) == 3);
  CHECK(dataset->label(2) == 9);
  const Image image = dataset->load(2, {});
  CHECK(image.width == 32);
  CHECK(image.height == 32);
  for (int i = 0; i < 3072; ++i) {
    const int plane = i % 3, position = i / 3;
    REQUIRE(image.pixels[static_cast<size_t>(i)] == plane * 80 + (plane * 1024 + position) % 7);
  }
  CHECK(open_dataset(root.path() / "data_batch_1.bin")->size() == 2);
}

TEST_CASE("CIFAR-100 is told from CIFAR-10, and takes the fine label") {
  const Folder root;
  root.write("train.bin", record(99, 2) + record(7, 2));
  const auto dataset = open_cifar_binary(root.path());
  CHECK(dataset->classes().size() == 100);
  CHECK(std::is_sorted(dataset->classes().begin(), dataset->classes().end()));
  CHECK(dataset->label(0) == 99);
  CHECK(dataset->size() == 2);
}

TEST_CASE("CIFAR class names come from the file beside the batches") {
  const Folder root;
  root.write("batch.bin", record(1));
  root.write("batches.meta.txt", "q0\nq1\nq2\nq3\nq4\nq5\nq6\nq7\nq8\nq9\n\n");
  CHECK(open_cifar_binary(root.path())->classes()[9] == "q9");
  root.write("batches.meta.txt", "q0\nq1\n");
  CHECK_THROWS_WITH(open_cifar_binary(root.path()), Catch::Contains("2 class names, expected 10"));
  std::filesystem::remove(root.path() / "batches.meta.txt");
  std::filesystem::create_symlink("batches.meta.txt", root.path() / "batches.meta.txt");  // to itself
  CHECK(open_cifar_binary(root.path())->classes()[9] == "truck");
}

TEST_CASE("a damaged CIFAR batch is refused with the place") {
  const Folder root;
  root.write("a.bin", record(1) + record(10));
  CHECK_THROWS_WITH(open_cifar_binary(root.path()),
                    Catch::Contains("record 1 has label 10, expected 0 to 9"));
  root.write("a.bin", record(1).substr(0, 3000));
  CHECK_THROWS_WITH(open_cifar_binary(root.path()), Catch::Contains("3000 bytes, which is not a multiple"));
  root.write("a.bin", "");
  CHECK_THROWS_WITH(open_cifar_binary(root.path()), Catch::Contains("0 bytes"));
}

TEST_CASE("training and test batches in one folder are parts of the set") {
  const Folder root;
  root.write("data_batch_1.bin", record(1));
  root.write("test_batch.bin", record(2));
  const std::shared_ptr<const Dataset> dataset = open_dataset(root.path());
  CHECK(dataset->parts() == std::vector<std::string>{"train", "test"});
  CHECK(names(*take_part(dataset, "test")) == std::vector<std::string>{"test_batch.bin[0]"});
  CHECK(take_part(dataset, "train")->label(0) == 1);
  CHECK(judging_part(*dataset) == "test");
  CHECK_THROWS_WITH(take_part(dataset, "val"), Catch::Contains("no part 'val'. It has: train, test."));
  CHECK(open_dataset(root.path() / "test_batch.bin")->label(0) == 2);
}

TEST_CASE("a subset shows the chosen samples in the chosen order") {
  const Folder root;
  root.write("x.bin", record(1) + record(2) + record(3));
  const auto part = subset(open_dataset(root.path()), {2, 0});
  CHECK(names(*part) == std::vector<std::string>{"x.bin[2]", "x.bin[0]"});
  CHECK(part->label(0) == 3);
  CHECK(part->classes().size() == 10);
  CHECK(part->load(1, {}).pixels.size() == 3072);
}

TEST_CASE("a stratified split takes its share of each class, and the seed decides which") {
  const Folder root;
  std::string batch;
  for (int i = 0; i < 20; ++i) batch += record(4);
  for (int i = 0; i < 5; ++i) batch += record(7);
  for (int i = 0; i < 2; ++i) batch += record(0);
  root.write("x.bin", batch);
  const auto dataset = open_dataset(root.path());
  const Split split = stratified_split(*dataset, 0.25, 1);
  const auto count = [&](const std::vector<int64_t>& indices, int64_t label) {
    return std::count_if(indices.begin(), indices.end(),
                         [&](int64_t i) { return dataset->label(i) == label; });
  };
  CHECK(count(split.val, 4) == 5);
  CHECK(count(split.val, 7) == 1);
  CHECK(count(split.val, 0) == 1);
  CHECK(std::is_sorted(split.train.begin(), split.train.end()));
  CHECK(std::is_sorted(split.val.begin(), split.val.end()));
  std::set<int64_t> all(split.train.begin(), split.train.end());
  all.insert(split.val.begin(), split.val.end());
  CHECK(all.size() == 27);
  CHECK(split.train.size() + split.val.size() == 27);
  CHECK(stratified_split(*dataset, 0.25, 1).val == split.val);
  CHECK(stratified_split(*dataset, 0.25, 2).val != split.val);
  CHECK(count(stratified_split(*dataset, 0.99, 1).train, 7) == 1);
  CHECK_THROWS_AS(stratified_split(*dataset, 1.0, 1), Error);
  CHECK_THROWS_AS(stratified_split(*dataset, 0.0, 1), Error);
  root.write("x.bin", record(1) + record(2));
  CHECK_THROWS_WITH(stratified_split(*open_dataset(root.path()), 0.5, 1), Catch::Contains("has one picture"));
}

TEST_CASE("the corpus's data sets have their known sizes", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  const auto train = open_dataset(corpus / "datasets/hymenoptera_data/train");
  CHECK(train->size() == 244);
  REQUIRE(train->left_out().size() == 1);
  CHECK_THAT(train->left_out()[0], Catch::Contains(".gif"));
  CHECK(open_dataset(corpus / "datasets/flowers5_128")->size() == 4317);
  CHECK(open_dataset(corpus / "datasets/cifar10_lossless4000")->size() == 4000);
}
