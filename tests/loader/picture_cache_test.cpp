#include "zoo/loader/picture_cache.h"

#include <thread>

#include <catch2/catch.hpp>

#include "tests/datasets/folder.h"
#include "tests/transforms/golden.h"
#include "zoo/base/error.h"

using namespace zoo;
using namespace zoo::test;

namespace {

std::shared_ptr<const Image> picture(int64_t width, int64_t height) {
  return std::make_shared<const Image>(noise(width, height));
}

}  // namespace

TEST_CASE("what is kept comes back, and leaves no file with a name") {
  const Folder folder;
  const CachePlace place = GENERATE(CachePlace::ram, CachePlace::disk);
  PictureCache cache({.place = place, .folder = folder.path()}, 4);
  CHECK(cache.active());
  CHECK_FALSE(cache.find(2));
  cache.keep(2, picture(7, 5));
  cache.keep(0, picture(3, 4));
  cache.keep(2, picture(9, 9));  // is there already
  REQUIRE(cache.find(2));
  CHECK(cache.find(2)->pixels == noise(7, 5).pixels);
  CHECK(cache.find(2)->width == 7);
  CHECK(cache.find(0)->pixels == noise(3, 4).pixels);
  CHECK_FALSE(cache.find(1));
  CHECK(cache.bytes() == (7 * 5 + 3 * 4) * 3);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("nothing is kept beyond the limit, smaller pictures still find room") {
  PictureCache cache({.place = GENERATE(CachePlace::ram, CachePlace::disk), .limit_bytes = 200}, 3);
  cache.keep(0, picture(8, 8));
  cache.keep(1, picture(5, 4));
  CHECK(cache.find(0));
  CHECK_FALSE(cache.find(1));
  cache.keep(2, picture(2, 1));
  CHECK(cache.find(2));
  CHECK(cache.bytes() == 198);
}

TEST_CASE("without a place nothing is kept") {
  PictureCache cache({}, 2);
  CHECK_FALSE(cache.active());
  cache.keep(1, picture(2, 2));
  CHECK_FALSE(cache.find(1));
}

TEST_CASE("threads may keep and find at once") {
  PictureCache cache({.place = GENERATE(CachePlace::ram, CachePlace::disk)}, 64);
  std::vector<std::thread> threads;
  for (int64_t first = 0; first < 4; ++first) {
    threads.emplace_back([&cache, first] {
      for (int64_t i = 0; i < 64; ++i) {
        const int64_t sample = (i + first * 7) % 64;
        cache.keep(sample, picture(1 + sample, 3));
        cache.find((sample + 13) % 64);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int64_t bytes = 0;
  for (int64_t i = 0; i < 64; ++i) {
    REQUIRE(cache.find(i));
    CHECK(cache.find(i)->pixels == noise(1 + i, 3).pixels);
    bytes += (1 + i) * 9;
  }
  CHECK(cache.bytes() == bytes);
}

TEST_CASE("a folder that takes no file, and a place that is none, are refused") {
  CHECK_THROWS_WITH(PictureCache({.place = CachePlace::disk, .folder = "/no/such/folder"}, 1),
                    Catch::Contains("/no/such/folder: the file that keeps decoded pictures cannot be made"));
  CHECK(parse_cache_place("ram") == CachePlace::ram);
  CHECK_THROWS_WITH(parse_cache_place("tape"), Catch::Contains("'tape' is not none, ram or disk"));
}
