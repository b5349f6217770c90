#include "transforms/decode_window.h"

#include <catch2/catch.hpp>

#include "tests/corpus.h"
#include "tests/transforms/golden.h"
#include "transforms/random.h"
#include "zoo/core/error.h"
#include "zoo/core/file.h"

using namespace zoo;
using namespace zoo::test;

namespace {

CropRect random_window(RandomStream& random, const Image& image) {
  CropRect rect;
  rect.left = random.below(image.width);
  rect.top = random.below(image.height);
  rect.width = 1 + random.below(image.width - rect.left);
  rect.height = 1 + random.below(image.height - rect.top);
  return rect;
}

void compare_windows(const std::filesystem::path& path, int64_t tries) {
  const MappedFile file(path);
  for (const bool exif : {false, true}) {
    const DecodeOptions options{.exif = exif};
    const Image whole = decode_image(file.bytes(), path.string(), options);
    const Size size = read_picture_info(file.bytes(), path.string(), options).size;
    REQUIRE(size == Size{whole.width, whole.height});
    RandomStream random(21, 0, 0, exif ? 1 : 0);
    for (int64_t attempt = 0; attempt < tries; ++attempt) {
      const CropRect window = random_window(random, whole);
      INFO(path << ' ' << window.left << ' ' << window.top << ' ' << window.width << ' ' << window.height
                << " exif " << exif);
      REQUIRE(decode_window(file.bytes(), path.string(), window, options).pixels ==
              crop(whole, window).pixels);
    }
  }
}

}  // namespace

TEST_CASE("a window has the pixels of the whole picture") {
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder() / "pictures")) {
    compare_windows(entry.path(), 60);
  }
}

TEST_CASE("a window of a real picture has the pixels of the whole", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  for (const Row& row : read_table(corpus / "odd_images" / "pillow.tsv")) {
    if (row.at("pillow_rgb") != "ok" || (row.at("format") != "JPEG" && row.at("format") != "MPO")) continue;
    compare_windows(corpus / "odd_images" / row.at("path"), 6);
  }
}
