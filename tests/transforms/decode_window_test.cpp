#include "transforms/decode/decode.h"
#include "transforms/decode/decode_window.h"

#include <cmath>
#include <cstring>
#include <tuple>

#include <catch2/catch.hpp>

#include "tests/corpus.h"
#include "tests/transforms/decode_made_jpeg.h"
#include "tests/transforms/golden.h"
#include "tests/transforms/random_window.h"
#include "transforms/decode/decode_jpeg.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"

using namespace zoo;
using namespace zoo::test;

namespace {

using Bytes = std::span<const std::byte>;

const std::string kName = "a.jpg";

void compare_windows(Bytes bytes, int64_t tries, const DecodeOptions& options) {
  const Image whole = decode_image(bytes, kName, options);
  REQUIRE(read_picture_info(bytes, kName, options).size == Size{whole.width, whole.height});
  RandomStream random(21, 0, 0, options.exif ? 1 : 0);
  for (int64_t attempt = 0; attempt < tries; ++attempt) {
    const CropRect window = random_window(random, whole);
    CAPTURE(window.left, window.top, window.width, window.height, options.exif);
    REQUIRE(decode_window(bytes, kName, window, options).pixels == crop(whole, window).pixels);
  }
}

ErrorCode code_of(Bytes bytes, const CropRect& window) {
  try {
    decode_window(bytes, kName, window);
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::usage;
}

// Shades without edges, so that a reduced picture differs little from a resized one.
Image shades(int64_t width, int64_t height) {
  Image image = make_image(width, height);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      uint8_t* pixel = image.row(y) + 3 * x;
      pixel[0] = static_cast<uint8_t>(x * 255 / width);
      pixel[1] = static_cast<uint8_t>(y * 255 / height);
      pixel[2] = static_cast<uint8_t>((x + y) * 255 / (width + height));
    }
  }
  return image;
}

double mean_difference(const Image& a, const Image& b) {
  REQUIRE(a.pixels.size() == b.pixels.size());
  double sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

}  // namespace

TEST_CASE("a window has the pixels of the whole picture") {
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder() / "pictures")) {
    INFO(entry.path());
    const MappedFile file(entry.path());
    for (const bool exif : {false, true}) compare_windows(file.bytes(), 40, {.exif = exif});
    compare_windows(file.bytes(), 10, {.exif = true, .backend = Backend::opencv});
  }
}

TEST_CASE("a window has the pixels of the whole JPEG for every sampling of its colours") {
  const auto [horizontal, vertical] =
      GENERATE(std::tuple{1, 1}, std::tuple{2, 1}, std::tuple{1, 2}, std::tuple{2, 2}, std::tuple{4, 1},
               std::tuple{1, 4}, std::tuple{4, 2});
  const int restart_rows = GENERATE(0, 1);
  const bool progressive = GENERATE(false, true), arithmetic = GENERATE(false, true);
  const auto [width, height] = GENERATE(std::tuple{97, 61}, std::tuple{128, 96}, std::tuple{33, 200});
  CAPTURE(horizontal, vertical, restart_rows, progressive, arithmetic, width, height);
  const auto file = made_jpeg(noise(width, height), {.horizontal = horizontal,
                                                     .vertical = vertical,
                                                     .restart_rows = restart_rows,
                                                     .progressive = progressive,
                                                     .arithmetic = arithmetic});
  compare_windows(file, 25, {});
  // The short way was taken, not the whole picture and a crop.
  CHECK(decode_jpeg_window(file, kName, {9, 17, 15, 11}, {}, {}).has_value());
}

TEST_CASE("a window of a real picture has the pixels of the whole", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  for (const Row& row : read_table(corpus / "odd_images" / "pillow.tsv")) {
    const bool is_jpeg = row.at("format") == "JPEG" || row.at("format") == "MPO";
    if (row.at("pillow_rgb") != "ok" || !is_jpeg) continue;
    INFO(row.at("path"));
    const MappedFile file(corpus / "odd_images" / row.at("path"));
    for (const bool exif : {false, true}) compare_windows(file.bytes(), 3, {.exif = exif});
  }
}

TEST_CASE("the size of every odd picture is known from its header", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  for (const Row& row : read_table(corpus / "odd_images" / "pillow.tsv")) {
    if (row.at("pillow_rgb") != "ok") continue;
    INFO(row.at("path"));
    const MappedFile file(corpus / "odd_images" / row.at("path"));
    Size size;
    try {
      size = read_picture_info(file.bytes(), kName).size;
    } catch (const Error& error) {
      // decode_test.cpp lists them.
      CHECK((error.code() == ErrorCode::unsupported || row.at("path") == "pillow/gif/issue_2811.gif"));
      continue;
    }
    CHECK(std::to_string(size.width) + "x" + std::to_string(size.height) == row.at("size"));
  }
}

TEST_CASE("a window outside of the picture is an error") {
  const std::string name = GENERATE("rgb.jpg", "rgb.png");  // 29 x 17
  const MappedFile file(golden_folder() / "pictures" / name);
  CHECK_NOTHROW(decode_window(file.bytes(), name, {0, 0, 29, 17}));
  CHECK(code_of(file.bytes(), {0, 0, 30, 17}) == ErrorCode::mismatch);
  CHECK(code_of(file.bytes(), {5, 16, 3, 2}) == ErrorCode::mismatch);
  CHECK(code_of(file.bytes(), {-1, 0, 3, 2}) == ErrorCode::mismatch);
  CHECK(code_of(file.bytes(), {0, 0, 0, 2}) == ErrorCode::mismatch);
}

TEST_CASE("a JPEG without its end is refused although the window was whole") {
  const auto file = made_jpeg(noise(160, 160), {});
  const CropRect top{0, 0, 40, 16};
  CHECK_NOTHROW(decode_window(file, kName, top));
  CHECK(code_of(Bytes(file).first(file.size() - 100), top) == ErrorCode::corrupt);
  const DecodeOptions allowed{.allow_truncated = true};
  const Bytes cut = Bytes(file).first(file.size() / 2);
  CHECK(decode_window(cut, kName, top, allowed).pixels ==
        crop(decode_image(cut, kName, allowed), top).pixels);
}

TEST_CASE("a damaged JPEG has the same pixels in a window and as a whole") {
  const auto original = made_jpeg(noise(160, 160), {.restart_rows = 2});
  for (uint64_t attempt = 0; attempt < 100; ++attempt) {
    RandomStream random(22, 0, attempt, 0);
    auto file = original;
    file[700 + static_cast<size_t>(random.below(static_cast<int64_t>(file.size()) - 800))] = std::byte{0x5A};
    Image whole;
    try {
      whole = decode_image(file, kName);
    } catch (const Error&) {
      continue;
    }
    const CropRect window = random_window(random, whole);
    REQUIRE(decode_window(file, kName, window).pixels == crop(whole, window).pixels);
  }
}

TEST_CASE("a reduced window keeps enough pixels for its target, and its geometry") {
  const Image image = shades(803, 611);
  const auto file = made_jpeg(image, {});
  const Size target{50, 40};
  const auto [window, kept] =
      GENERATE(std::tuple{CropRect{0, 0, 803, 611}, 101}, std::tuple{CropRect{301, 77, 260, 210}, 65},
               std::tuple{CropRect{303, 79, 125, 100}, 63}, std::tuple{CropRect{303, 79, 124, 99}, 124},
               std::tuple{CropRect{600, 500, 30, 20}, 30});
  const ReducedWindow reduced = decode_reduced_window(file, kName, window, target);
  CAPTURE(reduced.image.width, reduced.image.height);
  CHECK(std::abs(reduced.image.width - kept) <= 1);
  CHECK(reduced.box.left >= 0);
  CHECK(reduced.box.left < 1);
  CHECK(reduced.box.right > static_cast<double>(reduced.image.width - 1));
  CHECK(reduced.box.right <= static_cast<double>(reduced.image.width));
  const Image exact =
      resize_pillow(crop(image, window), target.width, target.height, Interpolation::bilinear);
  const Image found =
      resize_pillow(reduced.image, target.width, target.height, Interpolation::bilinear, reduced.box);
  CHECK(mean_difference(exact, found) < 2);  // JPEG's own loss; a window half a pixel off would be above
}

TEST_CASE("a reduced window is turned as the whole picture") {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const MappedFile file(golden_folder() / "pictures" / ("exif_" + std::to_string(orientation) + ".jpg"));
    const DecodeOptions options{.exif = true};
    const Image whole = decode_image(file.bytes(), kName, options);
    const CropRect window{1, 2, whole.width - 3, whole.height - 3};
    const ReducedWindow reduced = decode_reduced_window(file.bytes(), kName, window, {4, 4}, options);
    CAPTURE(orientation, reduced.image.width, reduced.image.height);
    CHECK(reduced.image.width < window.width);
    const Image found = resize_pillow(reduced.image, 4, 4, Interpolation::bilinear, reduced.box);
    const Image exact = resize_pillow(crop(whole, window), 4, 4, Interpolation::bilinear);
    CHECK(mean_difference(exact, found) < 6);
  }
}

TEST_CASE("other formats are never reduced") {
  const MappedFile file(golden_folder() / "pictures" / "rgb.png");
  const CropRect window{2, 3, 20, 10};
  const ReducedWindow reduced = decode_reduced_window(file.bytes(), kName, window, {2, 2});
  CHECK(reduced.image.pixels == crop(decode_image(file.bytes(), kName), window).pixels);
  CHECK(reduced.box.right == 20);
  CHECK(reduced.box.bottom == 10);
}
