// Our own decoding of usual JPEG files against libjpeg, which is always the one that is right.
#include "transforms/decode/jpeg_scan.h"

#include <string>
#include <tuple>

#include <catch2/catch.hpp>

#include "tests/corpus.h"
#include "tests/transforms/decode_made_jpeg.h"
#include "tests/transforms/golden.h"
#include "tests/transforms/jpeg_reference.h"
#include "tests/transforms/random_window.h"
#include "zoo/base/file.h"

using namespace zoo;
using namespace zoo::test;

namespace {

CropRect all_of(const Image& image) {
  return {0, 0, image.width, image.height};
}

// Mostly smooth, with edges and some noise, so that there are short and long codes.
Image drawing(int64_t width, int64_t height, uint64_t seed) {
  RandomStream random(seed, 0, 0, 0);
  Image image = make_image(width, height);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      for (int64_t c = 0; c < 3; ++c) {
        const int64_t value = (x * (3 + c) + y * 2) / 3 + ((x / 11 + y / 7) % 2 * 90) + random.below(8);
        image.row(y)[3 * x + c] = static_cast<uint8_t>(value % 256);
      }
    }
  }
  return image;
}

const std::string kNoKernels = "no AVX2 on this processor, so libjpeg decodes everything";

}  // namespace

TEST_CASE("usual JPEG files are decoded without libjpeg, with its bits", "[avx2]") {
  if (jpeg_kernels() == nullptr) return skip(kNoKernels);
  const auto [across, down] = GENERATE(std::tuple{1, 1}, std::tuple{2, 1}, std::tuple{2, 2});
  const int quality = GENERATE(1, 30, 85, 100);
  const bool is_noise = GENERATE(false, true);
  for (const auto& [width, height] : {std::tuple{1, 1},
                                      {2, 3},
                                      {3, 2},
                                      {5, 33},
                                      {8, 8},
                                      {16, 17},
                                      {31, 15},
                                      {33, 1},
                                      {64, 64},
                                      {129, 75}}) {
    CAPTURE(across, down, quality, is_noise, width, height);
    const Image picture = is_noise ? noise(width, height) : drawing(width, height, 3);
    for (const int restart_interval : {0, 1, 3}) {
      const auto file = made_jpeg(picture, {.horizontal = across,
                                            .vertical = down,
                                            .restart_interval = restart_interval,
                                            .quality = quality,
                                            .own_codes = restart_interval == 3});
      for (const bool plain_chroma : {false, true}) {
        const JpegScale scale{.plain_chroma = plain_chroma};
        const auto found = by_us(file, all_of(picture), scale);
        REQUIRE(found);
        REQUIRE(found->pixels == by_libjpeg(file, scale)->pixels);
      }
    }
  }
}

TEST_CASE("grey JPEG files too", "[avx2]") {
  if (jpeg_kernels() == nullptr) return skip(kNoKernels);
  const int across = GENERATE(1, 2);
  const Image picture = drawing(45, 37, 4);
  const auto file = made_jpeg(picture, {.horizontal = across, .vertical = across, .grey = true});
  const auto found = by_us(file, all_of(picture));
  REQUIRE(found);
  CHECK(found->pixels == by_libjpeg(file)->pixels);
}

TEST_CASE("windows and smaller scales of usual JPEG files have libjpeg's bits", "[avx2]") {
  if (jpeg_kernels() == nullptr) return skip(kNoKernels);
  const auto [across, down] = GENERATE(std::tuple{1, 1}, std::tuple{2, 1}, std::tuple{2, 2});
  const auto [denominator, plain_chroma] =
      GENERATE(std::tuple{1, false}, std::tuple{1, true}, std::tuple{2, true}, std::tuple{4, true},
               std::tuple{8, true});
  const JpegScale scale{denominator, plain_chroma};
  const Image picture = drawing(213, 147, 5);
  const auto file = made_jpeg(picture, {.horizontal = across, .vertical = down, .restart_rows = across});
  const auto whole = by_libjpeg(file, scale);
  REQUIRE(whole);
  RandomStream random(6, 0, 0, 0);
  for (int attempt = 0; attempt < 150; ++attempt) {
    const CropRect window = attempt == 0 ? all_of(*whole) : random_window(random, *whole);
    CAPTURE(across, down, denominator, plain_chroma, window.left, window.top, window.width, window.height);
    const auto found = by_us(file, window, scale);
    REQUIRE(found);
    REQUIRE(found->pixels == crop(*whole, window).pixels);
  }
}

TEST_CASE("damaged JPEG files are left to libjpeg, or have its pixels where it finds nothing wrong",
          "[avx2]") {
  if (jpeg_kernels() == nullptr) return skip(kNoKernels);
  const auto [across, down] = GENERATE(std::tuple{1, 1}, std::tuple{2, 2});
  const int restart_interval = GENERATE(0, 2);
  const Image picture = drawing(61, 43, 7);
  const auto original = made_jpeg(
      picture, {.horizontal = across, .vertical = down, .restart_interval = restart_interval, .quality = 90});
  int decoded = 0;
  for (uint64_t attempt = 0; attempt < 1500; ++attempt) {
    RandomStream random(8, 0, attempt, 0);
    auto file = original;
    const auto place = static_cast<size_t>(random.below(static_cast<int64_t>(file.size())));
    file[place] ^= std::byte{1} << random.below(8);
    if (attempt % 5 == 0) file.resize(place + 1);
    if (attempt % 5 == 1) file.insert(file.begin() + static_cast<ptrdiff_t>(place), std::byte{0xFF});
    CAPTURE(attempt, place);
    JpegReader reader(file);
    if (!reader.read_header() || reader.width() * reader.height() > 100'000) continue;
    const auto found = by_us(file, {0, 0, reader.width(), reader.height()});
    if (!found) continue;
    ++decoded;
    const auto expected = by_libjpeg(file);
    REQUIRE(expected);
    REQUIRE(found->pixels == expected->pixels);
  }
  CHECK(decoded > 100);  // changed numbers are no damage to a decoder
}

TEST_CASE("real JPEG files that are decoded without libjpeg have its bits", "[avx2][corpus]") {
  if (jpeg_kernels() == nullptr) return skip(kNoKernels);
  ZOO_REQUIRE_CORPUS(corpus);
  int decoded = 0;
  for (const char* set : {"datasets/hymenoptera_data/val", "odd_images"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus / set)) {
      if (!entry.is_regular_file()) continue;
      const MappedFile file(entry.path());
      JpegReader reader(file.bytes());
      if (!reader.read_header() || reader.width() * reader.height() > 30'000'000) continue;
      INFO(entry.path());
      const auto found = by_us(file.bytes(), {0, 0, reader.width(), reader.height()});
      if (!found) continue;
      ++decoded;
      const auto expected = by_libjpeg(file.bytes());
      REQUIRE(expected);
      REQUIRE(found->pixels == expected->pixels);
    }
  }
  CHECK(decoded > 150);
}
