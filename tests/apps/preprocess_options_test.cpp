#include <cxxopts.hpp>

#include <catch2/catch.hpp>

#include "apps/cli/options.h"
#include "apps/cli/preprocess_options.h"
#include "zoo/base/error.h"

using Catch::Matchers::Contains;
using zoo::Preprocess;
using zoo::ResizeMode;

namespace {

Preprocess with(const Preprocess& before, const std::vector<std::string>& arguments) {
  cxxopts::Options options = zoo::apps::make_options("zoo test", "", "");
  zoo::apps::add_preprocess_options(options);
  return zoo::apps::override_preprocess(before, zoo::apps::parse_options(options, arguments));
}

const Preprocess kImageNet;
const Preprocess kCifar{.resize = ResizeMode::none, .crop_px = 32};

}  // namespace

TEST_CASE("without flags the weight's own preprocessing stays") {
  CHECK(with(kImageNet, {}) == kImageNet);
  CHECK(with(kCifar, {}) == kCifar);
}

TEST_CASE("an image size alone keeps the ratio of resize to crop") {
  const Preprocess larger = with(kImageNet, {"--image-size", "288"});
  CHECK(larger.crop_px == 288);
  CHECK(larger.resize == ResizeMode::short_edge);
  CHECK(larger.resize_px == 329);  // 256 / 224 * 288 = 329.14

  Preprocess square = kImageNet;
  square.resize = ResizeMode::square;
  square.resize_px = square.crop_px = 600;
  CHECK(with(square, {"--image-size", "448"}).resize == ResizeMode::square);
  CHECK(with(square, {"--image-size", "448"}).resize_px == 448);
}

TEST_CASE("an image size where the weight does not resize makes the short edge as long") {
  const Preprocess resized = with(kCifar, {"--image-size", "40"});
  CHECK(resized.resize == ResizeMode::short_edge);
  CHECK(resized.resize_px == 40);
  CHECK(resized.crop_px == 40);
}

TEST_CASE("resize and image size together mean what they say") {
  const Preprocess both = with(kCifar, {"--image-size", "32", "--resize", "36"});
  CHECK(both.resize == ResizeMode::short_edge);
  CHECK(both.resize_px == 36);
  CHECK(both.crop_px == 32);
  CHECK(with(kImageNet, {"--resize", "none"}).resize == ResizeMode::none);
  const Preprocess square = with(kImageNet, {"--resize", "square:232"});
  CHECK(square.resize == ResizeMode::square);
  CHECK(square.resize_px == 232);
  CHECK(square.crop_px == 224);
  CHECK(with(kImageNet, {"--resize", "long:230"}).resize == ResizeMode::long_edge);
  const Preprocess cut = with(kImageNet, {"--resize", "crop-first:250"});
  CHECK(cut.resize == ResizeMode::crop_first);
  CHECK(cut.resize_px == 250);
  CHECK_THROWS_WITH(with(kImageNet, {"--resize", "crop-first:223"}), Contains("--resize"));
}

TEST_CASE("interpolation, mean and std replace the weight's") {
  const Preprocess other =
      with(kImageNet, {"--interpolation", "bicubic", "--mean", "0,0.25,1", "--std=0.5,0.25,1"});
  CHECK(other.interpolation == zoo::Interpolation::bicubic);
  CHECK(other.mean == std::array{0.0, 0.25, 1.0});
  CHECK(other.std == std::array{0.5, 0.25, 1.0});
  CHECK(other.resize_px == kImageNet.resize_px);
}

TEST_CASE("a value out of range is refused with its flag") {
  const auto [flag, value] =
      GENERATE(table<std::string, std::string>({{"--image-size", "0"},
                                                {"--image-size", "99999999999999999999"},
                                                {"--image-size", "3.5"},
                                                {"--resize", "square:"},
                                                {"--resize", "-1"},
                                                {"--interpolation", "area"},
                                                {"--mean", "0.5,0.5"},
                                                {"--mean", "0.5,0.5,0.5,"},
                                                {"--mean", "nan,0,0"},
                                                {"--std", "0,1,1"}}));
  CHECK_THROWS_WITH(with(kImageNet, {flag, value}), Contains(flag));
}
