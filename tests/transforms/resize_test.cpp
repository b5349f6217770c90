#include "transforms/resize.h"

#include <catch2/catch.hpp>

#include "tests/transforms/golden.h"
#include "zoo/core/error.h"

using namespace zoo;
using namespace zoo::test;

TEST_CASE("resize_pillow equals Pillow to the last bit") {
  const std::vector<Row> rows = read_table(golden_folder() / "resize.tsv");
  REQUIRE(rows.size() > 90);
  for (const Row& row : rows) {
    const Box box{number(row, "left"), number(row, "top"), number(row, "right"), number(row, "bottom")};
    const Image resized = resize_pillow(pattern(row), integer(row, "to_width"), integer(row, "to_height"),
                                        parse_interpolation(row.at("interpolation")), box);
    INFO(row.at("pattern") << ' ' << row.at("interpolation") << ' ' << row.at("width") << 'x'
                           << row.at("height") << " to " << row.at("to_width") << 'x' << row.at("to_height")
                           << ", box " << box.left);
    CHECK(digest(resized) == row.at("sha256"));
  }
}

TEST_CASE("a window of a resize is a crop of the whole") {
  const auto interpolation =
      GENERATE(Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic);
  const Image image = noise(61, 43);
  for (const Size whole :
       {Size{40, 29}, Size{100, 90}, Size{61, 20}, Size{30, 43}, Size{61, 43}, Size{59, 8}}) {
    const CropRect window{whole.width / 5, whole.height / 3, whole.width / 2, whole.height / 4};
    const Image expected = crop(resize_pillow(image, whole.width, whole.height, interpolation), window);
    const Image found = resize_pillow_window(image, whole, interpolation, window);
    CHECK(found.width == window.width);
    CHECK(found.height == window.height);
    CHECK(found.pixels == expected.pixels);
  }
}

TEST_CASE("one and four channels are resampled like three") {
  const Image rgb = noise(33, 21);
  const int64_t channels = GENERATE(1, 2, 4);
  Image other = make_image(33, 21, channels);
  for (int64_t i = 0; i < 33 * 21; ++i) {
    for (int64_t c = 0; c < channels; ++c) {
      other.pixels[static_cast<size_t>(i * channels + c)] = rgb.pixels[static_cast<size_t>(i * 3 + c % 3)];
    }
  }
  const Image expected = resize_pillow(rgb, 20, 30, Interpolation::bicubic);
  const Image found = resize_pillow(other, 20, 30, Interpolation::bicubic);
  REQUIRE(found.channels == channels);
  for (int64_t i = 0; i < 20 * 30; ++i) {
    for (int64_t c = 0; c < channels; ++c) {
      REQUIRE(found.pixels[static_cast<size_t>(i * channels + c)] ==
              expected.pixels[static_cast<size_t>(i * 3 + c % 3)]);
    }
  }
}

TEST_CASE("a picture of one colour keeps it at any size") {
  Image image = make_image(19, 31);
  std::fill(image.pixels.begin(), image.pixels.end(), uint8_t{201});
  for (const Size size : {Size{7, 5}, Size{40, 62}, Size{300, 2}}) {
    for (const auto interpolation :
         {Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic}) {
      const Image pillow = resize_pillow(image, size.width, size.height, interpolation);
      const Image opencv = resize_opencv(image, size.width, size.height, interpolation);
      CHECK(std::all_of(pillow.pixels.begin(), pillow.pixels.end(), [](uint8_t x) { return x == 201; }));
      CHECK(std::all_of(opencv.pixels.begin(), opencv.pixels.end(), [](uint8_t x) { return x == 201; }));
      CHECK(opencv.pixels.size() == static_cast<size_t>(size.width * size.height * 3));
    }
  }
}

TEST_CASE("empty pictures, sizes and boxes are refused") {
  const Image image = noise(8, 6);
  CHECK_THROWS_AS(resize_pillow(image, 0, 5, Interpolation::bilinear), Error);
  CHECK_THROWS_AS(resize_opencv(image, 5, -1, Interpolation::bilinear), Error);
  CHECK_THROWS_AS(resize_pillow(make_image(0, 6), 5, 5, Interpolation::bilinear), Error);
  CHECK_THROWS_AS(resize_pillow(image, 5, 5, Interpolation::bilinear, Box{1, 1, 9, 5}), Error);
  CHECK_THROWS_AS(resize_pillow(image, 5, 5, Interpolation::bilinear, Box{3, 1, 3, 5}), Error);
  CHECK_THROWS_AS(resize_pillow(image, 5, 5, Interpolation::nearest, Box{-1, 1, 3, 5}), Error);
}
