// What each reader refuses, with files of a few bytes.
#include <array>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/transforms/decode_made_files.h"
#include "tests/transforms/golden.h"
#include "transforms/decode/decode.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"

using namespace zoo;
using namespace zoo::test;

namespace {

using namespace std::string_literals;

std::string bmp(uint32_t bits, uint32_t compression, uint32_t colours, const std::string& rest) {
  return "BM"s + little(0) + little(0) + little(0) + little(40) + little(2) + little(2) + little(1, 2) +
         little(bits, 2) + little(compression) + little(0) + little(0) + little(0) + little(colours) +
         little(0) + rest;
}

std::string gif(const std::string& rest) {
  return "GIF89a"s + little(2, 2) + little(2, 2) + "\0\0\0"s + rest;
}

std::string gif_image(uint32_t width, int code_bits, const std::string& codes) {
  return gif(","s + little(0, 2) + little(0, 2) + little(width, 2) + little(2, 2) + '\0' +
             static_cast<char>(code_bits) + codes);
}

}  // namespace

TEST_CASE("what a PNG reader refuses") {
  CHECK(message_of(png("")) == "decoded");
  const std::vector<std::array<std::string, 2>> cases{
      {kPngStart, "ends early"},
      {kPngStart + big(4) + "ab\1d", "invalid chunk type"},
      {kPngStart + png_header() + chunk("IEND", ""), "cannot be decoded"},
      {kPngStart + chunk("IHDR", "1234"), "cannot be decoded"},
      {kPngStart + png_header(3, 0) + chunk("IDAT", ""), "cannot be decoded"},
      {kPngStart + png_header(16, 3) + chunk("IDAT", ""), "cannot be decoded"},
      {kPngStart + png_header(8, 7) + chunk("IDAT", ""), "cannot be decoded"},
      {kPngStart + png_header(8, 3) + chunk("IDAT", packed("\0\1\2\0\3\4"s)), "cannot be decoded"},
      {kPngStart + chunk("CgBI", "1234") + png_header(), "Apple's own form"},
      {png(big(200) + "teSt"), "ends early"},
      {png("", "\7\1\2\0\3\4"s), "cannot be decoded"},
      {png("", "\0\1"s), "cannot be decoded"},
  };
  for (const auto& [file, part] : cases) CHECK_THAT(message_of(file), Catch::Contains(part));
}

TEST_CASE("what a BMP reader refuses") {
  const std::string palette(16, '\0');
  const std::vector<std::array<std::string, 2>> cases{
      {bmp(24, 0, 0, std::string(13, 'x')), "ends early"},
      {"BM"s + std::string(12, '\0') + little(41) + std::string(60, 'x'), "header of 41 bytes"},
      {"BM"s + std::string(12, '\0') + little(40) + "x", "ends early"},
      {bmp(7, 0, 0, ""), "7 bits a pixel"},
      {bmp(24, 4, 0, ""), "compression 4"},
      {bmp(16, 3, 0, little(1) + little(2) + little(4)), "unusual place"},
      {bmp(8, 0, 70000, ""), "palette has an invalid size"},
      {bmp(8, 0, 4, ""), "ends early"},
      {bmp(8, 0, 4, palette).replace(10, 4, little(60)), "begin within its header"},
      {bmp(8, 1, 4, palette + "\2\1\0"s), "compression 1"},
  };
  for (const auto& [file, part] : cases) CHECK_THAT(message_of(file), Catch::Contains(part));
}

TEST_CASE("what a GIF reader refuses") {
  // Clear, 0, 1, 1, 0, end, in codes of three bits.
  const std::string codes = "\x03\x04\x12\x28\0"s;
  CHECK(message_of(gif_image(2, 2, codes)) == "decoded");
  const std::vector<std::array<std::string, 2>> cases{
      {gif(";"), "no picture"},
      {gif("").substr(0, 9), "cannot be decoded"},
      {gif("!\xF9\x09"s), "ends early"},
      {gif("!\xF9\x02\1\1\0;"s), "no picture"},
      {gif_image(0, 2, codes), "first frame is empty"},
      {gif_image(2, 13, codes), "cannot be decoded"},
      {gif_image(2, 2, "\x03\x04"s), "ends early"},
      {gif_image(2, 2, "\x02\x2C\x00\0"s), "ends early"},
      {gif_image(2, 2, "\x02\x3C\xFF\0"s), "defective"},
  };
  for (const auto& [file, part] : cases) CHECK_THAT(message_of(file), Catch::Contains(part));
}

TEST_CASE("what a PNM reader refuses") {
  const std::vector<std::array<std::string, 2>> cases{
      {"P5 2 2 0\n1234", "scale"},
      {"P5 2 x 255\n1234", "number is expected"},
      {"P5 2 22222222222 255\n1234", "the limit is"},
      {"P5 2", "scale"},
      {"P5 2 2 255\n123", "ends early"},
      {"P4 9 2\n123", "ends early"},
      {"P2 2 1 7 1 8", "above 7"},
      {"P2 2 1 7 1 -1", "number is expected"},
      {"P2 2 1 7 1", "ends early"},
      {"P1 2 1 12", "above 1"},
      {"P1 2 1 1", "ends early"},
  };
  for (const auto& [file, part] : cases) CHECK_THAT(message_of(file), Catch::Contains(part));
}

TEST_CASE("what readers of TIFF and WebP refuse") {
  const auto tiff = [](uint32_t photometric, uint32_t bits) {
    const auto entry = [](uint32_t tag, uint32_t value) {
      return little(tag, 2) + little(4, 2) + little(1) + little(value);
    };
    return "II*\0"s + little(8) + little(7, 2) + entry(256, 2) + entry(257, 2) + entry(258, bits) +
           entry(262, photometric) + entry(273, 98) + entry(278, 2) + entry(279, 4) + little(0) + "1234";
  };
  CHECK(message_of(tiff(1, 8)) == "decoded");
  CHECK_THAT(message_of(tiff(1, 8).substr(0, 101)), Catch::Contains("damaged or ends early"));
  CHECK_THAT(message_of(tiff(8, 8)), Catch::Contains("is not read: colours of kind 8"));
  CHECK_THAT(message_of(tiff(1, 7)), Catch::Contains("1 channels of 7 bits"));
  CHECK_THAT(message_of("II*\0"s + little(8)), Catch::Contains("damaged or ends early"));
  CHECK_THAT(message_of("RIFF"s + little(20) + "WEBPVP8 " + little(8) + "12345678"),
             Catch::Contains("damaged"));
}

TEST_CASE("formats that are not read are named") {
  const std::vector<std::array<std::string, 2>> cases{{"\0\0\0\x0CjP  \r\n\x87\n"s, "JPEG 2000"},
                                                      {"\0\0\0\x1C"
                                                       "ftypavif"s,
                                                       "AVIF"},
                                                      {"\0\0\0\x1C"
                                                       "ftypheic"s,
                                                       "HEIF"},
                                                      {"8BPS\0\1"s, "Photoshop"},
                                                      {"DDS |"s, "DDS"},
                                                      {"qoif"s, "QOI"},
                                                      {"Pf 1 1 1\n1234", "PFM"},
                                                      {"\0\0\1\0\1\0"s, "ICO"}};
  for (const auto& [file, name] : cases) CHECK_THAT(message_of(file), Catch::Contains(name + " is not read"));
}

TEST_CASE("truncated pictures keep their rows where that is allowed") {
  const DecodeOptions allowed{.allow_truncated = true};
  const auto decode = [&](const std::string& file) {
    return decode_image(std::as_bytes(std::span(file)), "a", allowed);
  };
  CHECK(decode("P5 2 2 255\n\11\12\13").pixels ==
        std::vector<uint8_t>{9, 9, 9, 10, 10, 10, 11, 11, 11, 0, 0, 0});
  const Image rows = decode(png("", "\0\1\2\0"s));
  CHECK(rows.pixels == std::vector<uint8_t>{1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0, 0});
  const MappedFile jpeg(golden_folder() / "pictures" / "rgb.jpg");
  const auto half = jpeg.bytes().first(jpeg.bytes().size() - 60);
  CHECK_THROWS_AS(decode_image(half, "a"), Error);
  CHECK(decode_image(half, "a", allowed).width == 29);
}

TEST_CASE("XMP turns a JPEG whose EXIF does not, but not for OpenCV's pixels") {
  const MappedFile jpeg(golden_folder() / "pictures" / "rgb.jpg");  // 29 x 17
  const std::string original(reinterpret_cast<const char*>(jpeg.bytes().data()), jpeg.bytes().size());
  const std::string xmp = "http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation=\"6\"/>"s;
  const std::string file = original.substr(0, 2) + "\xFF\xE1" +
                           big(static_cast<uint32_t>(xmp.size() + 2), 2) + xmp + original.substr(2);
  const auto bytes = std::as_bytes(std::span(file));
  CHECK(decode_image(bytes, "a").width == 29);
  CHECK(decode_image(bytes, "a", {.exif = true}).width == 17);
  CHECK(decode_image(bytes, "a", {.exif = true, .backend = Backend::opencv}).width == 29);
}
