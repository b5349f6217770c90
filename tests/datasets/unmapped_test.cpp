// Files of users are read, never mapped: a map of a file that somebody shortens ends the process.
#include <cerrno>

#include <catch2/catch.hpp>

#include "tests/base/failing_system.h"
#include "tests/datasets/folder.h"
#include "tests/datasets/tar_bytes.h"
#include "transforms/decode/decode.h"
#include "zoo/base/error.h"
#include "zoo/datasets/dataset.h"

using namespace zoo;
using namespace zoo::test;
using std::string_literals::operator""s;

namespace {

const std::string kPicture = "P6\n1 1\n255\nabc";

std::string cifar_records() {
  return (std::string("\x01") + std::string(3072, 'a')) + ("\x02" + std::string(3072, 'b'));
}

// Opens it, reads its last picture, shortens the file that this one is in, and reads it again.
void read_and_shorten(const std::filesystem::path& data, const std::filesystem::path& file) {
  INFO(data);
  const auto dataset = open_dataset(data, {.index_cache = false});
  const int64_t last = dataset->size() - 1;
  CHECK(dataset->load(last, {}).width > 0);
  std::filesystem::resize_file(file, 1);
  CHECK_THROWS_AS(dataset->load(last, {}), Error);
}

}  // namespace

TEST_CASE("no picture's file is mapped, and one that is shortened is an error") {
  const Folder root;
  const FailingCall map(SystemCall::map, 1, ENOMEM);
  root.write("a.ppm", kPicture);
  CHECK(read_image(root.path() / "a.ppm").width == 1);

  root.write("folders/a/1.ppm", kPicture);
  root.write("folders/b/1.ppm", kPicture);
  read_and_shorten(root.path() / "folders", root.path() / "folders/b/1.ppm");
  root.write("list.csv", "path,label\nfolders/a/1.ppm,a\nfolders/c.ppm,c\n");
  root.write("folders/c.ppm", kPicture);
  read_and_shorten(root.path() / "list.csv", root.path() / "folders/c.ppm");
  root.write("cifar/test_batch.bin", cifar_records());
  read_and_shorten(root.path() / "cifar", root.path() / "cifar/test_batch.bin");
  root.write("idx/train-images-idx3-ubyte", "\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02"s + "abcd");
  root.write("idx/train-labels-idx1-ubyte", "\0\0\x08\x01\0\0\0\x02\0\x01"s);
  read_and_shorten(root.path() / "idx", root.path() / "idx/train-images-idx3-ubyte");
  root.write("x.tar", tar({{"1.ppm", kPicture}, {"1.cls", "a"}, {"2.ppm", kPicture}, {"2.cls", "b"}}));
  read_and_shorten(root.path() / "x.tar", root.path() / "x.tar");
  CHECK_FALSE(map.happened());
}
