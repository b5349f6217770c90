// Headers of a few bytes that claim more pixels than any file of that size can hold: refused before there is
// memory for them, by either backend, cut files allowed or not.
#include <catch2/catch.hpp>
#include <span>
#include <string>
#include <vector>

#include <zlib.h>

#include "transforms/decode/decode.h"
#include "transforms/decode/decode_format.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

using std::string_literals::operator""s;

constexpr uint32_t kWidth = 12'000, kHeight = 13'000;

template <class T>
std::string little(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

std::string big(uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string jpeg(char frame, int components) {
  std::string file = "\xFF\xD8\xFF"s + frame + big(8 + 3 * static_cast<uint64_t>(components), 2) + '\x08' +
                     big(kHeight, 2) + big(kWidth, 2) + static_cast<char>(components);
  for (char i = 0; i < components; ++i) file += "\1\x11\0"s;
  for (int i = 0; i < components; ++i)
    file[file.size() - 3 * static_cast<size_t>(components - i)] = static_cast<char>(i + 1);
  return file + "\xFF\xDA\0\x08\1\1\0\0\0\0"s + std::string(40, '\x55') + "\xFF\xD9";
}

std::string png_chunk(const std::string& kind, const std::string& data) {
  const std::string body = kind + data;
  return big(data.size(), 4) + body +
         big(crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())), 4);
}

std::string png() {
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", big(kWidth, 4) + big(kHeight, 4) + "\x08\2\0\0\0"s) +
         png_chunk("IDAT", "\x78\x9c\1\0\0\xff\xff"s) + png_chunk("IEND", "");
}

std::string gif(uint16_t width, uint16_t height) {  // of the frame
  return "GIF89a" + little<uint16_t>(kWidth) + little<uint16_t>(kHeight) + "\x80\0\0\0\0\0\xff\xff\xff"s +
         "," + little<uint32_t>(0) + little(width) + little(height) + "\0\2\2\x4c\1\0;"s;
}

std::string bmp(uint16_t bits) {
  const std::string palette = bits <= 8 ? "\0\0\0\0\xff\xff\xff\0"s : "";
  return "BM" + little<uint32_t>(0) + little<uint32_t>(0) +
         little(static_cast<uint32_t>(54 + palette.size())) + little<uint32_t>(40) + little(kWidth) +
         little(kHeight) + little<uint16_t>(1) + little(bits) + little<uint32_t>(0) + little<uint32_t>(0) +
         little<uint64_t>(0) + little<uint32_t>(2) + little<uint32_t>(0) + palette;
}

std::string tiff(uint16_t compression) {
  std::string file = "II*\0\x08\0\0\0"s + little<uint16_t>(9);
  const auto entry = [&](uint16_t tag, uint16_t type, uint32_t value) {
    file += little(tag) + little(type) + little<uint32_t>(1) + little(value);
  };
  entry(256, 4, kWidth);
  entry(257, 4, kHeight);
  entry(258, 3, 8);
  entry(259, 3, compression);
  entry(262, 3, 1);
  entry(273, 4, 122);
  entry(277, 3, 1);
  entry(278, 4, kHeight);
  entry(279, 4, 100);
  return file + little<uint32_t>(0) + std::string(100, '\0');
}

std::string webp() {
  const std::string data = "\x2f\xDF\xEE\xB1\x0C\0\0\0\0\0"s;
  return "RIFF" + little<uint32_t>(22) + "WEBPVP8L" + little<uint32_t>(10) + data;
}

std::string pnm(const std::string& kind) {
  return kind + " 12000 13000 " + (kind == "P1" || kind == "P4" ? "" : "255\n") + std::string(100, '1');
}

}  // namespace

TEST_CASE("a header of a few bytes that claims a huge picture is refused for its bytes") {
  const std::vector<std::pair<std::string, std::string>> files{
      {"baseline JPEG", jpeg('\xC0', 3)},
      {"progressive JPEG", jpeg('\xC2', 3)},
      {"progressive CMYK JPEG", jpeg('\xC2', 4)},
      {"arithmetic JPEG", jpeg('\xC9', 3)},
      {"progressive arithmetic JPEG", jpeg('\xCA', 3)},
      {"PNG", png()},
      {"GIF with a large frame", gif(kWidth, kHeight)},
      {"GIF with a small frame", gif(1, 1)},
      {"BMP", bmp(24)},
      {"BMP of one bit", bmp(1)},
      {"TIFF", tiff(1)},
      {"deflated TIFF", tiff(8)},
      {"TIFF of run lengths", tiff(32773)},
      {"faxed TIFF", tiff(4)},
      {"WebP", webp()},
      {"plain PBM", pnm("P1")},
      {"PBM", pnm("P4")},
      {"PGM", pnm("P5")},
      {"PPM", pnm("P6")},
  };
  for (const auto& [kind, file] : files) {
    for (const bool allow_truncated : {false, true}) {
      for (const Backend backend : {Backend::pillow, Backend::opencv}) {
        INFO(kind << ", " << file.size() << " bytes, cut files allowed: " << allow_truncated);
        const DecodeOptions options{.allow_truncated = allow_truncated, .backend = backend};
        const auto bytes = std::as_bytes(std::span(file));
        CHECK_THROWS_WITH(decode_image(bytes, "x", options), Catch::Contains("bytes are too few"));
        CHECK_THROWS_WITH(read_picture_head(bytes, "x", options), Catch::Contains("bytes are too few"));
      }
    }
  }
}

TEST_CASE("a cut picture of a few thousand pixels a byte is none to refuse") {
  const std::string file = pnm("P5") + std::string(40'000, '\x80');
  CHECK_THROWS_WITH(read_picture_head(std::as_bytes(std::span(file)), "x", {}),
                    Catch::Contains("bytes are too few"));
  CHECK(read_picture_head(std::as_bytes(std::span(file)), "x", {.allow_truncated = true}).height == kHeight);
}

}  // namespace zoo
