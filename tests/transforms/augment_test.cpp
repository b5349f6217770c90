#include "transforms/augment.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/transforms/golden.h"

using namespace zoo;
using namespace zoo::test;

TEST_CASE("with the same draws the crop is torchvision's") {
  const std::vector<Row> rows = read_table(golden_folder() / "crops.tsv");
  REQUIRE(rows.size() == 108);
  for (const Row& row : rows) {
    const RandomResizedCropOptions options{.min_scale = number(row, "min_scale"),
                                           .max_scale = number(row, "max_scale"),
                                           .min_ratio = number(row, "min_ratio"),
                                           .max_ratio = number(row, "max_ratio")};
    RandomStream random((uint64_t{1} << 40) + 7, 3, static_cast<uint64_t>(integer(row, "sample")), 0);
    const CropRect rect = draw_resized_crop(integer(row, "width"), integer(row, "height"), options, random);
    INFO(row.at("width") << 'x' << row.at("height") << " sample " << row.at("sample"));
    CHECK(rect == CropRect{integer(row, "left"), integer(row, "top"), integer(row, "crop_width"),
                           integer(row, "crop_height")});
  }
}

TEST_CASE("every crop lies in the picture and keeps to its share and ratio") {
  const RandomResizedCropOptions options{.min_scale = 0.2, .max_scale = 0.6};
  constexpr double kRounding = 0.02;  // of a side of 100 pixels or more to a whole pixel
  for (uint64_t sample = 0; sample < 500; ++sample) {
    RandomStream random(1, 0, sample, 0);
    const CropRect rect = draw_resized_crop(640, 480, options, random);
    REQUIRE(rect.left >= 0);
    REQUIRE(rect.top >= 0);
    REQUIRE(rect.left + rect.width <= 640);
    REQUIRE(rect.top + rect.height <= 480);
    const double share = static_cast<double>(rect.width * rect.height) / (640.0 * 480.0);
    const double ratio = static_cast<double>(rect.width) / static_cast<double>(rect.height);
    REQUIRE(share > 0.2 * (1 - kRounding));
    REQUIRE(share < 0.6 * (1 + kRounding));
    REQUIRE(ratio > 0.75 * (1 - kRounding));
    REQUIRE(ratio < 4.0 / 3.0 * (1 + kRounding));
  }
}

TEST_CASE("where no crop fits, the middle of the picture is taken") {
  RandomStream random(1, 0, 0, 0);
  CHECK(draw_resized_crop(900, 20, {}, random) == CropRect{436, 0, 27, 20});
  CHECK(draw_resized_crop(20, 900, {}, random) == CropRect{0, 436, 20, 27});
}

TEST_CASE("flipping twice gives the picture back") {
  const Image image = noise(17, 5);
  const Image flipped = flip_horizontal(image);
  CHECK(flipped.pixels != image.pixels);
  CHECK(crop(flipped, {0, 0, 1, 5}).pixels == crop(image, {16, 0, 1, 5}).pixels);
  CHECK(flip_horizontal(flipped).pixels == image.pixels);
}

TEST_CASE("pixels outside the crop have no influence") {
  Image image = noise(40, 30);
  const RandomResizedCropOptions options{.size_px = 9};
  const CropRect rect{10, 5, 12, 20};
  const Image before = resized_crop(image, rect, options);
  for (int64_t y = 0; y < 30; ++y) {
    for (int64_t x = 0; x < 40; ++x) {
      const bool inside = x >= 10 && x < 22 && y >= 5 && y < 25;
      if (!inside) std::fill_n(image.row(y) + x * 3, 3, uint8_t{255});
    }
  }
  CHECK(resized_crop(image, rect, options).pixels == before.pixels);
  CHECK(before.pixels == resize_pillow(crop(image, rect), 9, 9, Interpolation::bilinear).pixels);
}
