// Data sets that are arrays in files: CIFAR's pickles and MNIST's idx.
#include <catch2/catch.hpp>

#include "tests/datasets/folder.h"
#include "tests/datasets/gzip.h"
#include "tests/datasets/samples.h"
#include "tests/datasets/tar_bytes.h"
#include "tests/error_matchers.h"
#include "zoo/datasets/dataset.h"

using namespace zoo;
using namespace zoo::test;
using Strings = std::vector<std::string>;
using std::string_literals::operator""s;

namespace {

std::string big_endian(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string idx(const std::vector<uint32_t>& shape, const std::string& items) {
  std::string file = "\0\0\x08"s + static_cast<char>(shape.size());
  for (const uint32_t extent : shape) file += big_endian(extent);
  return file + items;
}

std::string little_endian(uint32_t value) {
  std::string bytes = big_endian(value);
  return {bytes.rbegin(), bytes.rend()};
}

// What numpy 1 on Python 2 pickled, protocol 2.
std::string pickled_array(const std::string& rows, const std::string& columns, const std::string& bytes) {
  const std::string dtype =
      "cnumpy\ndtype\nU\x02u1K\0K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"s;
  return "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01"s + "b\x87R(K\x01"s + rows +
         columns + "\x86"s + dtype + "\x89T"s + little_endian(static_cast<uint32_t>(bytes.size())) + bytes +
         "tb"s;
}
std::string number(int value) {
  return "J" + little_endian(static_cast<uint32_t>(value));
}
std::string word(const std::string& text) {
  return "U"s + static_cast<char>(text.size()) + text;
}
std::string list(const Strings& items) {
  std::string body = "](";
  for (const std::string& item : items) body += item;
  return body + "e";
}
std::string pickle(const std::string& members) {
  return "\x80\x02}("s + members + "u.";
}
std::string pixels(int count) {
  std::string bytes;
  for (int i = 0; i < 3072 * count; ++i) bytes.push_back(static_cast<char>(i % 3072 / 1024 * 80 + i % 11));
  return bytes;
}
std::string batch(const std::vector<int>& labels, const std::string& key = "labels") {
  Strings items;
  for (const int label : labels) items.push_back(number(label));
  const auto count = static_cast<int>(labels.size());
  return pickle(word("data") + pickled_array(number(count), number(3072), pixels(count)) + word(key) +
                list(items));
}

std::string error_in(const Folder& folder, const std::string& name = "") {
  return message_of(error_of([&] { open_dataset(name.empty() ? folder.path() : folder.path() / name); }));
}

}  // namespace

TEST_CASE("CIFAR's Python version is read from its folder and from its archive") {
  const Folder folder;
  const std::string first = batch({3, 0}), second = batch({9}), test = batch({1});
  const std::string meta =
      pickle(word("label_names") + list({word("q0"), word("q1"), word("q2"), word("q3"), word("q4"),
                                         word("q5"), word("q6"), word("q7"), word("q8"), word("q9")}));
  folder.write("py/cifar-10-batches-py/data_batch_1", first);
  folder.write("py/cifar-10-batches-py/data_batch_2", second);
  folder.write("py/cifar-10-batches-py/test_batch", test);
  folder.write("py/cifar-10-batches-py/batches.meta", meta);
  folder.write("py/cifar-10-batches-py/readme.html", "<a>");
  const std::string archive = tar({{"c/batches.meta", meta},
                                   {"c/data_batch_1", first},
                                   {"c/readme.html", "<a>"},
                                   {"c/test_batch", test},
                                   {"c/data_batch_2", second}});
  folder.write("cifar-10-python.tar.gz", gzip(archive));
  folder.write("cifar-10.tar", archive);
  for (const char* name : {"py", "py/cifar-10-batches-py", "cifar-10-python.tar.gz", "cifar-10.tar"}) {
    const auto dataset = open_dataset(folder.path() / name);
    CHECK(names(*dataset) ==
          Strings{"data_batch_1[0]", "data_batch_1[1]", "data_batch_2[0]", "test_batch[0]"});
    CHECK(dataset->parts() == Strings{"train", "test"});
    CHECK(dataset->part(3) == 1);
    CHECK(dataset->classes()[3] == "q3");
    CHECK(dataset->label(0) == 3);
    CHECK(dataset->label(3) == 1);
    const Image image = dataset->load(1, {});
    for (int i = 0; i < 3072; ++i) {
      const int at = 3072 + i % 3 * 1024 + i / 3;
      REQUIRE(image.pixels[static_cast<size_t>(i)] == i % 3 * 80 + at % 11);
    }
  }
}

TEST_CASE("CIFAR-100's Python version takes the fine labels and has its own names") {
  const Folder folder;
  folder.write("train", batch({99, 2}, "fine_labels"));
  folder.write("meta", pickle(word("fine_label_names") + list({})));
  CHECK_THAT(error_in(folder), Catch::Contains("/meta: 0 class names, expected 100"));
  folder.write("meta", pickle(word("fine_label_names") + list({number(1)})));
  CHECK_THAT(error_in(folder), Catch::Contains("/meta: the name of class 0 is no text"));
  Strings hundred;
  for (int i = 0; i < 100; ++i) hundred.push_back(word("n" + std::to_string(i)));
  folder.write("meta", pickle(word("fine_label_names") + list(hundred)));
  const auto dataset = open_dataset(folder.path());
  CHECK(dataset->label(0) == 99);
  CHECK(dataset->classes()[99] == "n99");
}

TEST_CASE("a wrong pickle of CIFAR's is refused, and nothing in it runs") {
  const Folder folder;
  const auto refusal = [&](const std::string& content) {
    folder.write("data_batch_1", content);
    return error_in(folder);
  };
  CHECK_THAT(refusal("\x80\x02"
                     "cos\nsystem\nU\x04true\x85R."s),
             Catch::Contains("/data_batch_1: no array of numpy called 'data'"));
  CHECK_THAT(refusal("\x80\x02}"), Catch::Contains("/data_batch_1: pickle byte"));
  CHECK_THAT(refusal(pickle(word("data") + pickled_array(number(1), number(4), "abcd"))),
             Catch::Contains("'data' is [1, 4] of uint8, expected [N, 3072] of uint8"));
  const std::string data = word("data") + pickled_array(number(1), number(3072), pixels(1));
  CHECK_THAT(refusal(pickle(data)), Catch::Contains("no list called 'labels'"));
  CHECK_THAT(refusal(batch({})), Catch::Contains("/data_batch_1: no picture in it"));
  CHECK_THAT(refusal(pickle(data + word("labels") + list({}))), Catch::Contains("0 labels for 1 pictures"));
  CHECK_THAT(refusal(pickle(data + word("labels") + list({number(10)}))),
             Catch::Contains("picture 0 is 10, expected 0 to 9"));
  CHECK_THAT(refusal(pickle(data + word("labels") + list({word("x")}))),
             Catch::Contains("picture 0 is no number"));
  CHECK_THAT(message_of(error_of([&] { open_cifar_python(folder.path() / "none"); })),
             Catch::Contains("no such file or folder"));
  std::filesystem::remove(folder.path() / "data_batch_1");
  CHECK_THAT(message_of(error_of([&] { open_cifar_python(folder.path()); })),
             Catch::Contains("no batch of CIFAR's Python version"));
  const std::string good = batch({1}), archive = tar({{"data_batch_1", good}});
  folder.write("cifar-10.tar.gz", gzip(tar({{"other", "x"}})));
  CHECK_THAT(error_in(folder, "cifar-10.tar.gz"), Catch::Contains("cifar-10.tar.gz: no batch"));
  folder.write("cifar-10.tar.gz", gzip(archive.substr(0, 2000)));
  CHECK_THAT(error_in(folder, "cifar-10.tar.gz"), Catch::Contains("data_batch_1: is cut off"));
  folder.write("cifar-10.tar.gz", gzip(tar({{"a/data_batch_1", good}, {"b/data_batch_1", good}})));
  CHECK_THAT(error_in(folder, "cifar-10.tar.gz"), Catch::Contains("is in it twice"));
  std::string packed = gzip(archive);
  folder.write("cifar-10.tar.gz", packed.substr(0, packed.size() - 5));
  CHECK_THAT(error_in(folder, "cifar-10.tar.gz"), Catch::Contains("the gzip data is cut off"));
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 1);
  folder.write("cifar-10.tar.gz", packed);
  CHECK_THAT(error_in(folder, "cifar-10.tar.gz"), Catch::Contains("cut off or damaged"));
  folder.write("cifar-10.tar.gz", "\x1f\x8b\x08"s);
  CHECK_THAT(error_in(folder, "cifar-10.tar.gz"), Catch::Contains("the gzip data is cut off"));
  packed = gzip(std::string(1'500'000, 'x'));
  const std::string size = little_endian(1'100'000'000);
  packed += std::string(1'200'000, 'y');
  packed.replace(packed.size() - 4, 4, size);
  folder.write("cifar-10.tar.gz", packed);
  CHECK_THAT(error_in(folder, "cifar-10.tar.gz"), Catch::Contains("inflates to 1.1 GB, expected at most"));
}

TEST_CASE("MNIST's files are read, packed or not, as grey pictures with parts") {
  const Folder folder;
  folder.write("raw/t10k-images-idx3-ubyte", idx({1, 2, 3}, "abcdef"));
  folder.write("raw/t10k-labels-idx1-ubyte", idx({1}, "\x07"));
  folder.write("raw/train-images-idx3-ubyte.gz", gzip(idx({2, 2, 3}, "123456ABCDEF")));
  folder.write("raw/train-labels.idx1-ubyte", idx({2}, "\x01\x09"s));
  for (const char* name : {"", "raw"}) {
    const auto dataset = open_dataset(folder.path() / name);
    CHECK(names(*dataset) == Strings{"train-images-idx3-ubyte.gz[0]", "train-images-idx3-ubyte.gz[1]",
                                     "t10k-images-idx3-ubyte[0]"});
    CHECK(dataset->parts() == Strings{"train", "test"});
    CHECK(dataset->label(1) == 9);
    CHECK(dataset->classes().size() == 10);
    CHECK(dataset->classes()[9] == "9");
    const Image image = dataset->load(1, {});
    CHECK(image.width == 3);
    CHECK(image.height == 2);
    CHECK(std::string(image.pixels.begin(), image.pixels.end()) == "AAABBBCCCDDDEEEFFF");
  }
  CHECK(open_dataset(folder.path() / "raw/t10k-images-idx3-ubyte")->size() == 1);
  std::filesystem::rename(folder.path() / "raw", folder.path() / "FashionMNIST");
  CHECK(open_dataset(folder.path() / "FashionMNIST")->classes()[9] == "Ankle boot");
  folder.write("FashionMNIST/classes.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\n");
  CHECK_THAT(error_in(folder, "FashionMNIST"),
             Catch::Contains("classes.txt: 9 class names for labels up to 9"));
  folder.write("FashionMNIST/classes.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  CHECK(open_dataset(folder.path() / "FashionMNIST")->classes()[9] == "j");
}

TEST_CASE("a wrong idx file is refused with what is wrong") {
  const Folder folder;
  const std::string labels = "x-labels-idx1-ubyte", images = "x-images-idx3-ubyte";
  folder.write(labels, idx({1}, "\x01"));
  const auto refusal = [&](const std::string& content) {
    folder.write(images, content);
    return error_in(folder);
  };
  CHECK_THAT(refusal(""), Catch::Contains(images + ": 0 bytes, which is no idx file"));
  CHECK_THAT(refusal("\0\0\x0d\x03"s + std::string(20, '\0')),
             Catch::Contains("does not begin as an idx file"));
  CHECK_THAT(refusal(idx({1, 2, 3}, "abcde")),
             Catch::Contains("has 5 bytes behind its header, which says [1, 2, 3]"));
  CHECK_THAT(refusal(idx({4294967295, 4294967295, 4294967295}, "abcde")),
             Catch::Contains("has 5 bytes behind its header"));
  CHECK_THAT(refusal(idx({2, 1, 1}, "ab")),
             Catch::Contains(labels + ": 1 labels for 2 pictures in " + images));
  CHECK_THAT(refusal(idx({1, 0, 1}, "")), Catch::Contains("no picture in it"));
  folder.write(labels, idx({0}, ""));
  CHECK_THAT(refusal(idx({0, 4294967295, 4294967295}, "")),
             Catch::Contains("no picture in it: its shape is [0, 4294967295, 4294967295]"));
  // Their product is 2^33 beyond 2^64, and so many bytes are there.
  folder.write(labels, idx({4}, "abcd"));
  folder.write(images, idx({4, 2147483648, 2147483649}, ""));
  std::filesystem::resize_file(folder.path() / images, 16 + (uint64_t{1} << 33));
  CHECK_THAT(error_in(folder), Catch::Contains("has 8589934592 bytes behind its header, which says"));
  folder.write(labels, idx({1}, "\x01"));
  folder.write(images, idx({1, 1, 1}, "a"));
  folder.write("y-images-idx3-ubyte", idx({1, 2, 1}, "ab"));
  CHECK_THAT(error_in(folder), Catch::Contains("y-labels-idx1-ubyte: is missing beside y-images-idx3-ubyte"));
  folder.write("y-labels-idx1-ubyte", idx({1}, "\x01"));
  CHECK_THAT(error_in(folder), Catch::Contains("its pictures are 1 x 2, those of the files before 1 x 1"));
  const Folder empty;
  CHECK_THAT(message_of(error_of([&] { open_idx(empty.path()); })),
             Catch::Contains("no NAME-images-idx3-ubyte"));
}
