#include "zoo/core/preprocess.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"

using namespace zoo;

TEST_CASE("every name of a preprocessing setting reads back as itself") {
  for (const ResizeMode mode : {ResizeMode::none, ResizeMode::short_edge, ResizeMode::square}) {
    CHECK(parse_resize_mode(to_string(mode)) == mode);
  }
  for (const Interpolation kind : {Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic}) {
    CHECK(parse_interpolation(to_string(kind)) == kind);
  }
  for (const Backend backend : {Backend::pillow, Backend::opencv})
    CHECK(parse_backend(to_string(backend)) == backend);
}

TEST_CASE("an unknown setting lists what is possible") {
  ZOO_CHECK_ERROR(parse_interpolation("cubic"), ErrorCode::usage,
                  "unknown interpolation 'cubic'. Possible: nearest, bilinear, bicubic.");
  ZOO_CHECK_ERROR(parse_resize_mode(""), ErrorCode::usage,
                  "unknown resize mode ''. Possible: none, short_edge, square.");
  ZOO_CHECK_ERROR(parse_backend("Pillow"), ErrorCode::usage,
                  "unknown backend 'Pillow'. Possible: pillow, opencv.");
}
