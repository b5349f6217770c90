// Files that are cut off after their pixels or in the middle of them, and what is left of these.
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

TEST_CASE("chunks of a PNG's pixels may be empty") {
  const std::string pixels = packed("\0\1\2\0\3\4"s);
  const std::string file = kPngStart + png_header() + chunk("IDAT", "") + chunk("IDAT", pixels.substr(0, 4)) +
                           chunk("IDAT", "") + chunk("IDAT", pixels.substr(4)) + chunk("IEND", "");
  CHECK(greys_of(file) == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("a hundred thousand small texts in a PNG take no memory each") {
  std::string texts;
  for (int i = 0; i < 50'000; ++i) texts += chunk("zTXt", "k\0\0"s);
  const std::string file = png(texts, "\0\1\2\0\3\4"s, texts + chunk("IEND", ""));
  const int64_t before = allocated_bytes();
  CHECK(message_of(file) == "decoded");
  CHECK(allocated_bytes() - before < 64LL * 100'000);
}

TEST_CASE("a JPEG that is cut off in its header has no picture") {
  const MappedFile file(golden_folder() / "pictures" / "rgb.jpg");
  const std::string text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  const size_t scan = text.find("\xFF\xDA"), data = scan + 2 + 12;
  for (size_t length = scan; length < data; ++length)
    CHECK_THAT(message_of(text.substr(0, length), kAllowed), Catch::Contains("ends early"));
  CHECK(message_of(text.substr(0, data + 1), kAllowed) == "decoded");
}

TEST_CASE("a PNG is whole whatever is missing or wrong after its pixels") {
  const std::string after =
      GENERATE(as<std::string>{}, "", big(200), big(200) + "teSt", chunk("IEND", "").substr(0, 9),
               big(2) + "teSt12" + big(0) /* a wrong checksum */, chunk("fcTL", "1"));
  CHECK(greys_of(png("", "\0\1\2\0\3\4"s, after)) == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("texts and profiles of a PNG are not unpacked") {
  const std::string bomb = packed(std::string(100 << 20, 'a'));
  const std::string file = png(chunk("iCCP", "name\0\0"s + bomb) + chunk("zTXt", "name\0\0"s + bomb));
  const int64_t before = allocated_bytes();
  CHECK(greys_of(file) == std::vector<int>{1, 2, 3, 4});
  CHECK(allocated_bytes() - before < 1 << 20);
}

TEST_CASE("of an uncompressed TIFF the whole strips are left where that is allowed") {
  const std::string whole = grey_tiff(1, "abcdefghi");
  CHECK(greys_of(whole) == std::vector<int>{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'});
  for (size_t left = 0; left < 9; ++left) {
    INFO(left << " pixels are there");
    const std::string cut = whole.substr(0, kPixels + left);
    CHECK_THAT(message_of(cut), Catch::Contains("damaged or ends early"));
    std::vector<int> expected;
    for (size_t i = 0; i < 9; ++i) expected.push_back(i < 6 && left >= 6 ? 'a' + static_cast<int>(i) : 0);
    CHECK(greys_of(cut, kAllowed) == expected);
  }
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
  CHECK_THAT(message_of(whole.substr(0, kPixels + 11)), Catch::Contains("ends early"));
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
