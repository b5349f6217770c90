// Files that are cut off behind their pixels or in the middle of them, and what is left of these.
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/transforms/counted_memory.h"
#include "tests/transforms/decode_made_files.h"
#include "tests/transforms/golden.h"
#include "transforms/decode/decode.h"
#include "transforms/decode/decode_window.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"

using namespace zoo;
using namespace zoo::test;

namespace {

using namespace std::string_literals;

constexpr DecodeOptions kAllowed{.allow_truncated = true};

std::string png_before(const std::string& behind) {
  return png("", "\0\1\2\0\3\4"s, behind);
}
// Its first frame is the upper row.
std::string animated_before(const std::string& behind) {
  const std::string start = chunk("acTL", big(2) + big(0)) + frame(0, 2, 0);
  return png(start, "\0\1\2\0\3\4"s, behind);
}

std::vector<uint8_t> pixels_of(const std::string& file, const DecodeOptions& options = {}) {
  return decode_image(std::as_bytes(std::span(file)), "a", options).pixels;
}
// Of a grey picture.
std::vector<int> greys_of(const std::string& file, const DecodeOptions& options = {}) {
  std::vector<int> greys;
  const std::vector<uint8_t> pixels = pixels_of(file, options);
  for (size_t i = 0; i < pixels.size(); i += 3) greys.push_back(pixels[i]);
  return greys;
}

constexpr uint32_t kPixels = 2048;  // where they begin

// `entries`: tags and their numbers, which all have 16 bits.
std::string tiff(const std::vector<std::pair<uint32_t, std::vector<uint32_t>>>& entries,
                 const std::string& pixels, std::string (*number)(uint32_t, size_t) = little) {
  std::string file = (number == little ? "II"s : "MM"s) + number(42, 2) + number(8, 4), long_values;
  file += number(static_cast<uint32_t>(entries.size()), 2);
  const size_t long_place = 8 + 2 + 12 * entries.size() + 4;
  for (const auto& [tag, values] : entries) {
    std::string text;
    for (const uint32_t value : values) text += number(value, 2);
    if (text.size() > 4) {
      const size_t place = long_place + long_values.size();
      long_values += text;
      text = number(static_cast<uint32_t>(place), 4);
    }
    text.resize(4);
    file += number(tag, 2) + number(3, 2) + number(static_cast<uint32_t>(values.size()), 4) + text;
  }
  file += number(0, 4) + long_values;
  file.resize(kPixels);
  return file + pixels;
}

// Two strips, of two rows and of one, 3 columns wide.
std::string grey_tiff(uint32_t photometric, const std::string& pixels) {
  return tiff({{256, {3}},
               {257, {3}},
               {258, {8}},
               {262, {photometric}},
               {273, {kPixels, kPixels + 6}},
               {278, {2}},
               {279, {6, 3}}},
              pixels);
}

// One strip of 2 columns and 2 rows.
std::string small_tiff(uint32_t photometric, uint32_t bits, uint32_t samples, const std::string& pixels,
                       const std::vector<std::pair<uint32_t, std::vector<uint32_t>>>& more = {},
                       std::string (*number)(uint32_t, size_t) = little) {
  std::vector<std::pair<uint32_t, std::vector<uint32_t>>> entries{
      {256, {2}},       {257, {2}},       {258, {bits}}, {262, {photometric}},
      {273, {kPixels}}, {277, {samples}}, {278, {2}},    {279, {4 * bits * samples / 8}}};
  entries.insert(entries.end(), more.begin(), more.end());
  return tiff(entries, pixels, number);
}

}  // namespace

TEST_CASE("a PNG that is cut off or damaged behind its pixels is refused as by Pillow") {
  const std::string bomb = packed(std::string((1 << 20) + 500, 'a'));
  const std::vector<std::pair<std::string, std::string>> cases{
      {big(200) + "teSt", "ends early, behind its pixels"},
      {big(3) + "teSt12", "ends early, behind its pixels"},
      {chunk("teSt", "1") + big(9) + "tEXtkey", "ends early, behind its pixels"},
      {big(200) + "DDAT12", "ends early, behind its pixels"},
      {big(200) + "IDAT12", "ends early, behind its last pixel"},
      {frame(0, 1, 0) + big(20) + "fdAT" + big(1) + "12", "ends early, behind its last pixel"},
      {big(9) + "fdAT12", "ends early, in the number of a frame"},
      {frame(1, 1, 0), "out of order"},
      {frame(0, 1, 0) + frame(2, 1, 0), "out of order"},
      {frame(0, 1, 0) + chunk("fdAT", big(2) + "12"), "out of order"},
      {chunk("fdAT", big(0) + "12"), "out of order"},
      {chunk("fdAT", "12"), "fdAT is too short"},
      {frame(0, 2, 1), "outside of the picture"},
      {chunk("fcTL", "1"), "fcTL is too short"},
      {chunk("acTL", "1"), "acTL is too short"},
      {chunk("gAMA", "1"), "gAMA is too short"},
      {chunk("tRNS", "1"), "tRNS is too short"},
      {chunk("IHDR", "123"), "IHDR is too short"},
      {chunk("iCCP", "name\0\1"s), "unknown compression"},
      {chunk("zTXt", "name\0\0"s + bomb), "packed in it"},
  };
  for (const auto& [behind, part] : cases) CHECK_THAT(message_of(png_before(behind)), Catch::Contains(part));
}

TEST_CASE("a PNG counts as whole where no further chunk can be told behind its pixels") {
  const std::string behind = GENERATE(
      as<std::string>{}, "", big(0).substr(0, 2), big(200), big(200) + "te", big(200) + "a\1bc",
      big(200) + "a\xFF"s + "bc", chunk("IEND", ""), chunk("IEND", "").substr(0, 9),
      chunk("IEND", "") + big(200) + "teSt", chunk("teSt", "12").substr(0, 10), chunk("IDAT", "more"),
      frame(0, 1, 0) + chunk("fdAT", big(1) + "12"), big(2) + "teSt12" + big(0) /* a wrong checksum */);
  CHECK(greys_of(png_before(behind)) == std::vector<int>{1, 2, 3, 4});
  CHECK(greys_of(animated_before(behind)) == std::vector<int>{1, 2, 0, 0});
}

TEST_CASE("of an animated PNG nothing is read behind the first frame") {
  const std::string behind = GENERATE(as<std::string>{}, frame(1, 1, 0), frame(9, 1, 0), chunk("fcTL", "1"),
                                      frame(1, 1, 0) + big(200) + "fdAT12");
  CHECK(message_of(animated_before(behind)) == "decoded");
  const std::string default_picture = chunk("acTL", big(1) + big(0));  // which is no frame
  CHECK(message_of(png(default_picture, "\0\1\2\0\3\4"s, behind)) == "decoded");
}

TEST_CASE("where truncated files are allowed, a PNG may end in its pixels, but in no other chunk") {
  const auto with = [](const std::string& behind) { return message_of(png_before(behind), kAllowed); };
  CHECK(with(big(200) + "IDAT12") == "decoded");
  CHECK(with(frame(0, 1, 0) + big(20) + "fdAT" + big(1) + "12") == "decoded");
  CHECK(with(chunk("fcTL", "1") + chunk("gAMA", "1") + chunk("fdAT", "12")) == "decoded");
  CHECK(with(chunk("zTXt", "name\0\0"s + packed(std::string((1 << 20) + 500, 'a')))) == "decoded");
  CHECK(with(big(200) + "a\xFF"s + "bc") == "decoded");
  CHECK_THAT(with(big(200) + "teSt"), Catch::Contains("ends early"));
  CHECK_THAT(with(big(200) + "a\1bc"), Catch::Contains("ends early"));
  CHECK_THAT(with(big(200) + "te"), Catch::Contains("ends early"));
  CHECK_THAT(with(big(9) + "fdAT12"), Catch::Contains("ends early"));
  CHECK_THAT(with(frame(1, 1, 0)), Catch::Contains("out of order"));
  // Pixels that end early, and a text behind them that is cut off.
  CHECK(message_of(png("", "\0\1"s), kAllowed) == "decoded");
  CHECK_THAT(message_of(png("", "\0\1"s, big(9) + "tEXtkey"), kAllowed), Catch::Contains("ends early"));
}

TEST_CASE("a window of a PNG has the errors of the whole picture, its size has not") {
  const std::string file = png_before(big(200) + "teSt");
  const auto bytes = std::as_bytes(std::span(file));
  CHECK_THROWS_WITH(decode_window(bytes, "a", {0, 0, 1, 1}), Catch::Contains("ends early"));
  CHECK_THROWS_WITH(decode_reduced_window(bytes, "a", {0, 0, 1, 1}, {1, 1}), Catch::Contains("ends early"));
  CHECK(read_picture_info(bytes, "a").size == Size{2, 2});
}

TEST_CASE("chunks of a PNG's pixels may be empty") {
  const std::string pixels = packed("\0\1\2\0\3\4"s);
  const std::string file = kPngStart + png_header() + chunk("IDAT", "") + chunk("IDAT", pixels.substr(0, 4)) +
                           chunk("IDAT", "") + chunk("IDAT", pixels.substr(4)) + chunk("IEND", "");
  CHECK(greys_of(file) == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("a frame's pixels out of order are refused") {
  const std::string start = kPngStart + png_header() + chunk("acTL", big(1) + big(0));
  const std::string pixels = packed("\0\1\2\0\3\4"s), head = pixels.substr(0, 4), tail = pixels.substr(4);
  const auto file = [&](uint32_t second, uint32_t third) {
    return start + frame(0, 2, 0) + chunk("fdAT", big(second) + head) + chunk("fdAT", big(third) + tail);
  };
  CHECK(message_of(file(1, 2)) == "decoded");
  CHECK_THAT(message_of(file(1, 3)), Catch::Contains("out of order"));
  CHECK_THAT(message_of(file(1, 3), kAllowed), Catch::Contains("out of order"));
  CHECK_THAT(message_of(start + chunk("fdAT", big(0) + pixels)), Catch::Contains("out of order"));
}

TEST_CASE("a hundred thousand small texts in a PNG take no memory each") {
  std::string texts;
  for (int i = 0; i < 50'000; ++i) texts += chunk("zTXt", "k\0\0"s);
  const std::string file = png(texts, "\0\1\2\0\3\4"s, texts);
  const int64_t before = allocated_bytes();
  CHECK(message_of(file) == "decoded");
  CHECK(allocated_bytes() - before <
        64LL * 100'000);  // each could unpack to 1 MiB, for which there is one room
}

TEST_CASE("for OpenCV's pixels no chunk of a PNG may claim more than the file has") {
  const DecodeOptions opencv{.backend = Backend::opencv};
  CHECK(message_of(png_before(chunk("IEND", "")), opencv) == "decoded");
  CHECK_THAT(message_of(png_before(big(0x29000011) + "zTXtkey"), opencv),
             Catch::Contains("ends early, in a chunk"));
  const std::string frames =
      kPngStart + png_header() + frame(0, 2, 0) + chunk("fdAT", big(1) + packed("\0\1\2"s));
  CHECK_THAT(message_of(frames + big(0x29000011) + "zTXtkey", opencv),
             Catch::Contains("ends early, in a chunk"));
}

TEST_CASE("a JPEG that is cut off in its header has no picture") {
  const MappedFile file(golden_folder() / "pictures" / "rgb.jpg");
  const std::string text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  const size_t scan = text.find("\xFF\xDA"), data = scan + 2 + 12;
  for (size_t length = scan; length < data; ++length)
    CHECK_THAT(message_of(text.substr(0, length), kAllowed), Catch::Contains("ends early"));
  CHECK(message_of(text.substr(0, data + 1), kAllowed) == "decoded");
}

TEST_CASE("of an uncompressed TIFF the whole rows are left where that is allowed") {
  const std::string whole = grey_tiff(1, "abcdefghi");
  CHECK(greys_of(whole) == std::vector<int>{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'});
  for (size_t left = 0; left < 9; ++left) {
    INFO(left << " pixels are there");
    const std::string cut = whole.substr(0, kPixels + left);
    CHECK_THAT(message_of(cut), Catch::Contains("damaged or ends early"));
    std::vector<int> expected;
    for (size_t i = 0; i < 9; ++i) expected.push_back(i < left / 3 * 3 ? 'a' + static_cast<int>(i) : 0);
    CHECK(greys_of(cut, kAllowed) == expected);
  }
}

TEST_CASE("what is missing of a TIFF is zero in its own colours") {
  CHECK(greys_of(grey_tiff(0, "abc"), kAllowed) ==
        std::vector<int>{255 - 'a', 255 - 'b', 255 - 'c', 0, 0, 0, 0, 0, 0});
  // No ink is white.
  CHECK(greys_of(small_tiff(5, 8, 4, std::string(8, '\xFF')), kAllowed) == std::vector<int>{0, 0, 255, 255});
  std::vector<uint32_t> map(768, 0x8000);
  map[0] = 0x4000;
  CHECK(greys_of(small_tiff(3, 8, 1, "\1\2", {{320, map}}), kAllowed) ==
        std::vector<int>{0x80, 0x80, 0x40, 0x40});
  const std::string chroma = small_tiff(6, 8, 3, "\x80\x80\x80\x80\x80\x80", {{530, {1, 1}}});
  CHECK(pixels_of(chroma, kAllowed) ==
        std::vector<uint8_t>{128, 128, 128, 128, 128, 128, 0, 135, 0, 0, 135, 0});
}

TEST_CASE("each plane of a TIFF keeps its rows") {
  const std::string whole = tiff({{256, {2}},
                                  {257, {2}},
                                  {258, {8}},
                                  {262, {2}},
                                  {273, {kPixels, kPixels + 4, kPixels + 8}},
                                  {277, {3}},
                                  {278, {2}},
                                  {279, {4, 4, 4}},
                                  {284, {2}}},
                                 "abcdefghijkl");
  CHECK(pixels_of(whole) == std::vector<uint8_t>{'a', 'e', 'i', 'b', 'f', 'j', 'c', 'g', 'k', 'd', 'h', 'l'});
  CHECK(pixels_of(whole.substr(0, kPixels + 7), kAllowed) ==
        std::vector<uint8_t>{'a', 'e', 0, 'b', 'f', 0, 'c', 0, 0, 'd', 0, 0});
}

TEST_CASE("the filling of an uncompressed TIFF's last tile may be missing") {
  const std::string whole = tiff({{256, {3}},
                                  {257, {2}},
                                  {258, {8}},
                                  {262, {1}},
                                  {322, {16}},
                                  {323, {16}},
                                  {324, {kPixels}},
                                  {325, {256}}},
                                 "abc" + std::string(13, '.') + "def" + std::string(13 + 14 * 16, '.'));
  const std::vector<int> greys{'a', 'b', 'c', 'd', 'e', 'f'};
  CHECK(greys_of(whole) == greys);
  CHECK(greys_of(whole.substr(0, kPixels + 19)) == greys);
  CHECK_THAT(message_of(whole.substr(0, kPixels + 18)), Catch::Contains("ends early"));
  CHECK(greys_of(whole.substr(0, kPixels + 18), kAllowed) == std::vector<int>{'a', 'b', 'c', 0, 0, 0});
}

TEST_CASE("uncompressed TIFFs of each byte and bit order are read") {
  CHECK(greys_of(small_tiff(1, 16, 1, "\0\x07\0\x20\1\0\0\0"s, {}, big)) == std::vector<int>{7, 32, 255, 0});
  CHECK(greys_of(small_tiff(1, 16, 1, "\x07\0\x20\0\0\1\0\0"s)) == std::vector<int>{7, 32, 255, 0});
  // From the lowest bit on: 0x81 is 1000'0001 either way, 0x20 is 0000'0100.
  CHECK(greys_of(tiff({{256, {2}},
                       {257, {2}},
                       {258, {8}},
                       {262, {1}},
                       {266, {2}},
                       {273, {kPixels}},
                       {278, {2}},
                       {279, {4}}},
                      "\x81\x20\0\xFF"s)) == std::vector<int>{0x81, 4, 0, 255});
}

TEST_CASE("uncompressed YCbCr in a TIFF becomes RGB as Pillow makes it") {
  const std::string pixels = "\x50\x10\xF0\x80\x80\x80\xFF\xFF\x01\x10\x76\x7B"s;
  CHECK(pixels_of(small_tiff(6, 8, 3, pixels, {{530, {1, 1}}})) ==
        std::vector<uint8_t>{237, 38, 0, 128, 128, 128, 76, 255, 255, 9, 23, 0});
}
