#include "transforms/resize/resize.h"

#include <catch2/catch.hpp>

#include "tests/transforms/golden.h"
#include "transforms/resize/pillow_resample.h"
#include "zoo/base/error.h"

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

TEST_CASE("every instruction set gives the plain code's bytes") {
  const auto interpolation = GENERATE(Interpolation::box, Interpolation::bilinear, Interpolation::hamming,
                                      Interpolation::bicubic, Interpolation::lanczos);
  const int64_t channels = GENERATE(1, 2, 3, 4);
  const auto [from, to] = GENERATE(table<Size, Size>({{{75, 50}, {34, 25}},
                                                      {{50, 75}, {110, 90}},
                                                      {{20, 300}, {19, 30}},
                                                      {{64, 48}, {64, 20}},
                                                      {{64, 48}, {20, 48}},
                                                      {{1, 1}, {7, 5}},
                                                      {{3, 2}, {2, 1}}}));
  Image image = noise(from.width * channels, from.height);
  image.width = from.width, image.channels = channels;
  image.pixels.resize(static_cast<size_t>(from.width * from.height * channels));
  for (uint8_t& x : image.pixels) x = x < 128 ? 0 : 255;  // overshoots most
  const ResampleAxis x{from.width, 0, static_cast<float>(from.width), to.width, 0, to.width};
  const ResampleAxis y{from.height, 0, static_cast<float>(from.height), to.height, 0, to.height};
  const auto resized = [&](const ResamplePasses& passes) {
    Image result = make_image(to.width, to.height, channels);
    pillow_resample({image}, x, y, interpolation, result.pixels.data(), to.width * channels, passes);
    return result.pixels;
  };
  const std::vector<uint8_t> expected = resized(kPlainPasses);
  for (const ResamplePasses* passes : available_resample_passes()) {
    INFO(passes->name << ' ' << to_string(interpolation) << ' ' << channels);
    REQUIRE(resized(*passes) == expected);
  }
}

TEST_CASE("rows go to where the caller wants them, and nothing else is touched") {
  const Image image = noise(50, 40);
  const PillowResize resize{.source = {50, 40}, .whole = {30, 24}, .window = {3, 2, 20, 18}};
  const Image expected = resize_pillow_part(image, resize);
  constexpr int64_t kStride = 77;
  std::vector<uint8_t> rows(18 * kStride, 9);
  resize_pillow_into(image, resize, rows.data(), kStride);
  for (int64_t y = 0; y < 18; ++y) {
    const auto row = rows.begin() + y * kStride;
    REQUIRE(std::equal(row, row + 60, expected.row(y)));
    REQUIRE(std::all_of(row + 60, row + kStride, [](uint8_t x) { return x == 9; }));
  }
}

TEST_CASE("what a backend lacks is refused") {
  const Image image = noise(8, 6);
  CHECK_THROWS_AS(resize_pillow(image, 4, 4, Interpolation::area), Error);
  CHECK_THROWS_AS(resize_opencv(image, 4, 4, Interpolation::box), Error);
  CHECK_THROWS_AS(resize_opencv(image, 4, 4, Interpolation::hamming), Error);
  CHECK_THROWS_AS(resize_pillow(make_image(4, 4, 5), 2, 2, Interpolation::bilinear), Error);
  CHECK_THROWS_AS(resize_pillow_part(crop(image, {0, 0, 3, 3}),
                                     {.source = {8, 6}, .whole = {4, 4}, .window = {0, 0, 4, 4}}),
                  Error);
  CHECK(resize_opencv(image, 4, 3, Interpolation::area).width == 4);
  CHECK(resize_opencv(image, 4, 3, Interpolation::lanczos).width == 4);
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
