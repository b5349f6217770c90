#include "transforms/decode.h"

#include <iostream>
#include <set>

#include <catch2/catch.hpp>

#include "tests/corpus.h"
#include "tests/transforms/golden.h"
#include "transforms/random.h"
#include "zoo/core/error.h"
#include "zoo/core/file.h"

using namespace zoo;
using namespace zoo::test;

namespace {

std::filesystem::path picture(const std::string& name) {
  return golden_folder() / "pictures" / name;
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

// What a program sees: the picture's digest, or the error's code.
std::string outcome(const std::filesystem::path& path) {
  try {
    return digest(read_image(path));
  } catch (const Error& error) {
    return error.code() == ErrorCode::unsupported ? "unsupported" : "error";
  }
}

ErrorCode code_of(std::span<const std::byte> bytes, const DecodeOptions& options = {}) {
  try {
    decode_image(bytes, "a.jpg", options);
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::StartsWith("a.jpg: "));
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::usage;
}

}  // namespace

TEST_CASE("pictures of every kind decode as Pillow and OpenCV decode them") {
  for (const Row& row : read_table(golden_folder() / "pictures.tsv")) {
    INFO(row.at("name"));
    const Image as_pillow = read_image(picture(row.at("name")));
    CHECK(as_pillow.width == integer(row, "width"));
    CHECK(as_pillow.height == integer(row, "height"));
    CHECK(digest(as_pillow) == row.at("pillow_sha256"));
    const Image as_opencv = read_image(picture(row.at("name")), {.exif = true, .backend = Backend::opencv});
    CHECK(as_opencv.width == integer(row, "opencv_width"));
    CHECK(as_opencv.height == integer(row, "opencv_height"));
    CHECK(digest(as_opencv) == row.at("opencv_sha256"));
  }
}

TEST_CASE("a PNG that was written reads back the same") {
  const Image image = noise(13, 7);
  const auto path = std::filesystem::temp_directory_path() / "zoo_decode_test.png";
  write_png(path, image);
  CHECK(read_image(path).pixels == image.pixels);
  std::filesystem::remove(path);
}

TEST_CASE("what is no picture is refused with its name") {
  CHECK(code_of({}) == ErrorCode::corrupt);
  CHECK(code_of(bytes_of("plain text in a file called .jpg")) == ErrorCode::corrupt);
  CHECK(code_of(bytes_of("<!DOCTYPE html><html></html>")) == ErrorCode::corrupt);
  CHECK(code_of(bytes_of("GIF89a")) == ErrorCode::corrupt);
  CHECK(code_of(bytes_of(std::string("\0\0\1\0\1\0", 6))) == ErrorCode::unsupported);
  CHECK(code_of(bytes_of("8BPS")) == ErrorCode::unsupported);
  CHECK(code_of(bytes_of("\xFF\xD8\xFF")) == ErrorCode::corrupt);
  CHECK(code_of(bytes_of("P5 3 4 65536\n")) == ErrorCode::corrupt);
  CHECK_THROWS_AS(read_image("no/such/picture.jpg"), Error);
  CHECK_THROWS_AS(read_image(std::filesystem::temp_directory_path()), Error);
}

TEST_CASE("a picture larger than the limit is refused before it is decoded") {
  const auto name = GENERATE("rgb.jpg", "rgb.png", "rgb.bmp", "lossless.webp", "lossy.webp", "alpha.webp",
                             "lzw.tif", "rgb.ppm");
  const MappedFile file(picture(name));
  CHECK(code_of(file.bytes(), {.max_pixels = 29 * 17 - 1}) == ErrorCode::corrupt);
  CHECK_NOTHROW(decode_image(file.bytes(), name, {.max_pixels = 29 * 17}));
}

TEST_CASE("a file cut off anywhere is an error or, behind the last pixel, the whole picture") {
  const std::string name =
      GENERATE("rgb.jpg", "progressive.jpg", "restart.jpg", "cmyk.jpg", "rgb.png", "palette.png",
               "lossless.webp", "lossy.webp", "rgb.bmp", "palette.bmp", "lzw.tif", "grey.tif", "rgb.ppm");
  const MappedFile file(picture(name));
  const std::string whole = digest(decode_image(file.bytes(), name));
  for (size_t length = 0; length < file.bytes().size(); ++length) {
    INFO(name << " cut to " << length);
    try {
      const Image image = decode_image(file.bytes().first(length), name);
      REQUIRE(digest(image) == whole);
      // Pillow asks for no end-of-image marker if the last row came out without it.
      REQUIRE((!name.ends_with(".jpg") || length + 2 >= file.bytes().size()));
    } catch (const Error& error) {
      REQUIRE((error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported));
    }
  }
}

TEST_CASE("damaged bytes give a picture or an error, nothing else") {
  const std::string name = GENERATE("rgb.jpg", "progressive.jpg", "restart.jpg", "cmyk.jpg", "exif_6.jpg",
                                    "rgb.png", "palette.png", "lossless.webp", "lossy.webp", "alpha.webp",
                                    "rgb.bmp", "palette.bmp", "lzw.tif", "rgb.ppm");
  const MappedFile file(picture(name));
  constexpr uint64_t kTries = 400;
  constexpr int64_t kLimit = 1 << 22;  // pixels: large claims cost time, not safety
  uint64_t decoded = 0;
  for (uint64_t attempt = 0; attempt < kTries; ++attempt) {
    RandomStream random(20, 0, attempt, 0);
    std::vector<std::byte> bytes(file.bytes().begin(), file.bytes().end());
    for (int64_t changes = 1 + random.below(8); changes > 0; --changes) {
      bytes[static_cast<size_t>(random.below(static_cast<int64_t>(bytes.size())))] =
          static_cast<std::byte>(random.below(256));
    }
    try {
      const Image image = decode_image(bytes, name, {.exif = attempt % 2 == 0, .max_pixels = kLimit});
      REQUIRE(image.pixels.size() == static_cast<size_t>(image.width * image.height * 3));
      ++decoded;
    } catch (const Error&) {
    }
  }
  CHECK(decoded < kTries);
}

TEST_CASE("every odd picture does what pillow.tsv says", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  // Pillow refuses these too when they are opened. The table has the black picture that Pillow leaves behind
  // a refusal for whoever asks a second time.
  const std::set<std::string> refused_by_both{
      "pngsuite/iphone__iphone_basi0g01.png", "pngsuite/iphone__iphone_basi0g02.png",
      "pngsuite/iphone__iphone_bgwn6a08.png", "pngsuite/iphone__iphone_bgyn6a16.png",
      "pngsuite/iphone__iphone_z06n2c08.png"};
  int equal = 0, both_refuse = 0, excepted = 0;
  for (const Row& row : read_table(corpus / "odd_images" / "pillow.tsv")) {
    INFO(row.at("path"));
    const std::string found = outcome(corpus / "odd_images" / row.at("path"));
    const bool is_refused = found == "error" || found == "unsupported";
    if (refused_by_both.contains(row.at("path"))) {
      CHECK(is_refused);
      ++excepted;
    } else if (row.at("pillow_rgb") != "ok") {
      CHECK(is_refused);
      ++both_refuse;
    } else {
      CHECK(found.substr(0, 16) == row.at("sha256_16_of_rgb"));
      ++equal;
    }
  }
  std::cout << "odd pictures: " << equal << " equal, " << both_refuse << " refused by both, " << excepted
            << " listed exceptions\n";
  CHECK(equal >= 396);
  CHECK(both_refuse >= 49);
  CHECK(excepted == 5);
}
