#include "transforms/evaluation.h"

#include <catch2/catch.hpp>

#include "tests/transforms/golden.h"
#include "zoo/base/error.h"

using namespace zoo;
using namespace zoo::test;

namespace {

Preprocess short_edge(int64_t px) {
  return {.resize = ResizeMode::short_edge, .resize_px = px};
}

}  // namespace

TEST_CASE("evaluation_transform equals torchvision's and OpenMMLab's pipelines to the last bit") {
  const std::vector<Row> rows = read_table(golden_folder() / "evaluation.tsv");
  REQUIRE(rows.size() == 550);
  for (const Row& row : rows) {
    const Preprocess preprocess{.resize = parse_resize_mode(row.at("mode")),
                                .resize_px = integer(row, "resize"),
                                .crop_px = integer(row, "crop"),
                                .interpolation = parse_interpolation(row.at("interpolation")),
                                .backend = parse_backend(row.at("backend")),
                                .pad_to_crop = row.at("publisher") == "torchvision"};
    const Image result = evaluation_transform(pattern(row), preprocess);
    INFO(row.at("publisher") << ' ' << row.at("backend") << ' ' << row.at("mode") << ' ' << row.at("resize")
                             << " crop " << row.at("crop") << ' ' << row.at("interpolation") << ' '
                             << row.at("pattern") << ' ' << row.at("width") << 'x' << row.at("height"));
    CHECK(result.width == integer(row, "to_width"));
    CHECK(result.height == integer(row, "to_height"));
    CHECK(digest(result) == row.at("sha256"));
  }
}

TEST_CASE("the long edge is truncated, not rounded") {
  CHECK(resized_size({500, 375}, short_edge(256)) == Size{341, 256});
  CHECK(resized_size({375, 500}, short_edge(256)) == Size{256, 341});
  CHECK(resized_size({300, 300}, short_edge(232)) == Size{232, 232});
  CHECK(resized_size({256, 128}, short_edge(224)) == Size{448, 224});
  CHECK(resized_size({500, 375}, {.resize = ResizeMode::square, .resize_px = 600}) == Size{600, 600});
  CHECK(resized_size({500, 375}, {.resize = ResizeMode::none, .resize_px = 600}) == Size{500, 375});
}

TEST_CASE("the centre crop's offset is rounded half to even") {
  // A difference of 33 -> 16, of 35 -> 18, of 1 -> 0, of 3 -> 2.
  const auto [size, offset] =
      GENERATE(table<int64_t, int64_t>({{257, 16}, {259, 18}, {225, 0}, {227, 2}, {256, 16}}));
  const Image image = noise(size, size + 2);
  const Image cropped = center_crop(image, 224, true);
  const int64_t top = size == 257 || size == 225 ? offset + 2 : size == 256 ? 17 : offset;
  CHECK(cropped.width == 224);
  CHECK(cropped.pixels == crop(image, {offset, top, 224, 224}).pixels);
}

TEST_CASE("a picture smaller than the crop is padded with zeros or left as it is") {
  const Image image = noise(5, 9);
  const Image padded = center_crop(image, 8, true);
  CHECK(padded.width == 8);
  CHECK(padded.height == 8);
  CHECK(crop(padded, {1, 0, 5, 8}).pixels == crop(image, {0, 0, 5, 8}).pixels);
  CHECK(crop(padded, {0, 0, 1, 8}).pixels == std::vector<uint8_t>(24, 0));
  CHECK(crop(padded, {6, 0, 2, 8}).pixels == std::vector<uint8_t>(48, 0));
  const Image shrunk = center_crop(image, 8, false);
  CHECK(shrunk.width == 5);
  CHECK(shrunk.height == 8);
}

TEST_CASE("a picture one pixel wide and very long costs no more than its crop") {
  const Image image = noise(1, 60000);
  const Image result = evaluation_transform(image, {});
  CHECK(result.width == 224);
  CHECK(result.height == 224);
  Preprocess preprocess;
  preprocess.crop_px = 0;
  CHECK_THROWS_AS(evaluation_transform(image, preprocess), Error);
  preprocess = {.backend = Backend::opencv};
  CHECK_THROWS_AS(evaluation_transform(image, preprocess), Error);
}

TEST_CASE("a picture without pixels is refused") {
  CHECK_THROWS_AS(evaluation_transform(make_image(0, 5), {}), Error);
  CHECK_THROWS_AS(evaluation_transform({}, {}), Error);
}

TEST_CASE("the window that the evaluation reads is all that it needs") {
  const auto resize = GENERATE(ResizeMode::none, ResizeMode::short_edge, ResizeMode::long_edge,
                               ResizeMode::square, ResizeMode::crop_first);
  const auto interpolation =
      GENERATE(Interpolation::nearest, Interpolation::box, Interpolation::bilinear, Interpolation::hamming,
               Interpolation::bicubic, Interpolation::lanczos, Interpolation::area);
  const auto backend = GENERATE(Backend::pillow, Backend::opencv);
  if (!has_interpolation(backend, interpolation)) return;
  const auto [resize_px, crop_px] =
      GENERATE(table<int64_t, int64_t>({{40, 32}, {24, 24}, {9, 5}, {61, 7}, {50, 1}}));
  const Preprocess preprocess{.resize = resize,
                              .resize_px = resize_px,
                              .crop_px = crop_px,
                              .interpolation = interpolation,
                              .backend = backend,
                              .crop_offset = GENERATE(CropOffset::half_even, CropOffset::floor),
                              .fill = {1, 2, 3}};
  for (const Size size : {Size{61, 43}, Size{43, 62}, Size{30, 7}, Size{3, 90}, Size{40, 40}, Size{1, 2}}) {
    const Image picture = noise(size.width, size.height);
    const CropRect window = evaluation_window(size, preprocess);
    REQUIRE(window.left >= 0);
    REQUIRE(window.top >= 0);
    REQUIRE(window.left + window.width <= size.width);
    REQUIRE(window.top + window.height <= size.height);
    const Image expected = evaluation_transform(picture, preprocess);
    const Image found = evaluation_transform_window(crop(picture, window), window, size, preprocess);
    INFO(to_json(preprocess) << ' ' << size.width << 'x' << size.height);
    REQUIRE(found.width == expected.width);
    REQUIRE(found.height == expected.height);
    REQUIRE(found.pixels == expected.pixels);
    if (const auto known = evaluation_size(preprocess)) {
      REQUIRE(*known == Size{found.width, found.height});
    }
  }
}

TEST_CASE("the window of a crop is smaller than the picture") {
  const CropRect window = evaluation_window({500, 375}, {});  // 256, then 224: all but 16 of 256 on each side
  CHECK(window.width < 335);
  CHECK(window.height < 335);
  CHECK(window.width > 224 * 375 / 256);
  CHECK(evaluation_window({500, 375}, {.backend = Backend::opencv}) == CropRect{0, 0, 500, 375});
  CHECK_THROWS_AS(evaluation_window({0, 375}, {}), Error);
}

TEST_CASE("a window that lacks what the resize reads is refused") {
  const Image image = noise(50, 40);
  CHECK_THROWS_AS(evaluation_transform_window(crop(image, {20, 20, 10, 10}), {20, 20, 10, 10}, {50, 40},
                                              {.resize_px = 30, .crop_px = 28}),
                  Error);
  CHECK_THROWS_AS(evaluation_transform_window(crop(image, {20, 20, 10, 10}), {20, 20, 10, 10}, {50, 40},
                                              {.resize = ResizeMode::none, .crop_px = 28}),
                  Error);
  CHECK_THROWS_AS(evaluation_transform_window(crop(image, {20, 20, 10, 10}), {20, 20, 10, 10}, {50, 40},
                                              {.resize_px = 30, .crop_px = 28, .backend = Backend::opencv}),
                  Error);
}
