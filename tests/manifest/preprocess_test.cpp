#include "zoo/manifest/preprocess.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"

using namespace zoo;

TEST_CASE("every name of a preprocessing setting reads back as itself") {
  for (const ResizeMode mode : {ResizeMode::none, ResizeMode::short_edge, ResizeMode::long_edge,
                                ResizeMode::square, ResizeMode::crop_first}) {
    CHECK(parse_resize_mode(to_string(mode)) == mode);
  }
  for (const Interpolation kind :
       {Interpolation::nearest, Interpolation::box, Interpolation::bilinear, Interpolation::hamming,
        Interpolation::bicubic, Interpolation::lanczos, Interpolation::area}) {
    CHECK(parse_interpolation(to_string(kind)) == kind);
  }
  for (const Backend backend : {Backend::pillow, Backend::opencv})
    CHECK(parse_backend(to_string(backend)) == backend);
  for (const CropOffset offset : {CropOffset::half_even, CropOffset::floor})
    CHECK(parse_crop_offset(to_string(offset)) == offset);
}

TEST_CASE("each backend has its own interpolations") {
  CHECK(has_interpolation(Backend::pillow, Interpolation::hamming));
  CHECK_FALSE(has_interpolation(Backend::pillow, Interpolation::area));
  CHECK(has_interpolation(Backend::opencv, Interpolation::area));
  CHECK_FALSE(has_interpolation(Backend::opencv, Interpolation::box));
  CHECK_FALSE(has_interpolation(Backend::opencv, Interpolation::hamming));
}

TEST_CASE("an unknown setting lists what is possible") {
  ZOO_CHECK_ERROR(parse_interpolation("cubic"), ErrorCode::usage,
                  "unknown interpolation 'cubic'. Possible: nearest, box, bilinear, hamming, bicubic, "
                  "lanczos, area.");
  ZOO_CHECK_ERROR(parse_resize_mode(""), ErrorCode::usage,
                  "unknown resize mode ''. Possible: none, short_edge, long_edge, square, crop_first.");
  ZOO_CHECK_ERROR(parse_crop_offset("round"), ErrorCode::usage,
                  "unknown crop offset 'round'. Possible: half_even, floor.");
  ZOO_CHECK_ERROR(parse_backend("Pillow"), ErrorCode::usage,
                  "unknown backend 'Pillow'. Possible: pillow, opencv.");
}
