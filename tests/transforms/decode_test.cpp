#include "transforms/decode/decode.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <set>

#include <catch2/catch.hpp>

#include "tests/corpus.h"
#include "tests/transforms/counted_memory.h"
#include "tests/transforms/decode_made_jpeg.h"
#include "tests/transforms/golden.h"
#include "transforms/random/random.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"

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

void put(std::vector<std::byte>& bytes, size_t place, std::initializer_list<int> values) {
  for (const int value : values) bytes.at(place++) = static_cast<std::byte>(value);
}

// Makes the header say 12,000 x 13,000 pixels (as much of that as the format can), below the general limit.
void claim_size(const std::string& name, std::vector<std::byte>& bytes) {
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (name.ends_with(".jpg")) {
    put(bytes, std::min(text.find("\xFF\xC0"), text.find("\xFF\xC2")) + 5, {0x2E, 0xE0, 0x32, 0xC8});
  } else if (name.ends_with(".png")) {
    put(bytes, 16, {0, 0, 0x2E, 0xE0, 0, 0, 0x32, 0xC8});
    const uint32_t crc = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()) + 12, 17);
    put(bytes, 29,
        {static_cast<int>(crc >> 24), static_cast<int>(crc >> 16 & 255), static_cast<int>(crc >> 8 & 255),
         static_cast<int>(crc & 255)});
  } else if (name.ends_with(".bmp")) {
    put(bytes, 18, {0xE0, 0x2E, 0, 0, 0xC8, 0x32, 0, 0});
  } else if (name == "lossy.webp") {
    put(bytes, 26, {0xE0, 0x2E, 0xC8, 0x32});
  } else if (name == "lossless.webp") {
    put(bytes, 21, {0xDF, 0xEE, 0xB1, 0x0C});
  } else if (name.ends_with(".tif")) {
    const size_t directory = std::to_integer<size_t>(bytes.at(4)) |
                             std::to_integer<size_t>(bytes.at(5)) << 8 |
                             std::to_integer<size_t>(bytes.at(6)) << 16;
    for (size_t entry = directory + 2; entry + 12 <= bytes.size(); entry += 12) {
      const int tag = std::to_integer<int>(bytes.at(entry)) | std::to_integer<int>(bytes.at(entry + 1)) << 8;
      if (tag == 256 || tag == 257) put(bytes, entry + 2, {4, 0, 1, 0, 0, 0, 0xE0, 0x2E, 0, 0});
    }
  } else {
    const std::string head = "P6 12000 13000 255\n";
    std::copy_n(reinterpret_cast<const std::byte*>(head.data()), head.size(), bytes.begin());
  }
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

TEST_CASE("a picture with hundreds of scans is an error as soon as these have cost too much") {
  CHECK_NOTHROW(decode_image(scan_bomb(64, 64, 1000), "a.jpg"));
  const bool allow_truncated = GENERATE(false, true);
  const auto message = [&](const std::vector<std::byte>& file) -> std::string {
    try {
      decode_image(file, "a.jpg", {.allow_truncated = allow_truncated});
      return "decoded";
    } catch (const Error& error) {
      return error.what();
    }
  };
  const auto then_damaged = [](std::vector<std::byte> file) {
    constexpr std::array<uint8_t, 10> kScanOfNoComponent{0xFF, 0xDA, 0, 6, 0, 0, 63, 0, 0xFF, 0xD9};
    file.resize(file.size() - 2);
    for (const uint8_t byte : kScanOfNoComponent) file.push_back(std::byte{byte});
    return file;
  };
  CHECK_THAT(message(then_damaged(scan_bomb(1600, 1600, 500))), Catch::Contains("too many scans"));
  CHECK_THAT(message(then_damaged(scan_bomb(1600, 1600, 300))), !Catch::Contains("too many scans"));
}

TEST_CASE("a header that claims a huge picture is an error before there is memory for it") {
  const std::string name = GENERATE("rgb.jpg", "progressive.jpg", "rgb.png", "rgb.bmp", "palette.bmp",
                                    "lossy.webp", "lossless.webp", "lzw.tif", "grey.tif", "rgb.ppm");
  const MappedFile file(picture(name));
  std::vector<std::byte> bytes(file.bytes().begin(), file.bytes().end());
  claim_size(name, bytes);
  const int64_t before = allocated_bytes();
  CHECK_THROWS_WITH(decode_image(bytes, name),
                    Catch::Contains("are too few") || Catch::Contains("ends early"));
  CHECK(allocated_bytes() - before < 1 << 20);
}

TEST_CASE("every odd picture does what pillow.tsv says", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  // Kinds that are not read, damage that giflib does not bear, and pixels that are whole although Pillow
  // refuses what stands around them (docs/decoding.md).
  const std::set<std::string> read_otherwise{"pillow/bmp/b__badrle.bmp",
                                             "pillow/bmp/b__rletopdown.bmp",
                                             "pillow/bmp/q__pal4rletrns.bmp",
                                             "pillow/bmp/q__pal8os2sp.bmp",
                                             "pillow/bmp/q__pal8rletrns.bmp",
                                             "pillow/other/hopper.qoi",
                                             "pillow/gif/issue_2811.gif",
                                             "pillow/png/png_decompression_dos.png",
                                             "pillow/png/unknown_compression_method.png",
                                             "pngsuite/iphone__iphone_basi0g01.png",
                                             "pngsuite/iphone__iphone_basi0g02.png",
                                             "pngsuite/iphone__iphone_bgwn6a08.png",
                                             "pngsuite/iphone__iphone_bgyn6a16.png",
                                             "pngsuite/iphone__iphone_z06n2c08.png"};
  int equal = 0, both_refuse = 0, excepted = 0;
  for (const Row& row : read_table(corpus / "odd_images" / "pillow.tsv")) {
    INFO(row.at("path"));
    const std::string found = outcome(corpus / "odd_images" / row.at("path"));
    const bool is_refused = found == "error" || found == "unsupported";
    if (read_otherwise.contains(row.at("path"))) {
      CHECK(is_refused == (row.at("pillow_rgb") == "ok"));
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
  CHECK(equal >= 389);
  CHECK(both_refuse >= 47);
  CHECK(excepted == 14);
}
