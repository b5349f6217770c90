#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include "zoo/convert/element_types.h"
#include "zoo/convert/elements.h"

using namespace zoo;

namespace {

TensorView view_of(DType dtype, std::vector<uint8_t> bytes, std::vector<int64_t> shape) {
  const auto memory = std::make_shared<std::vector<uint8_t>>(std::move(bytes));
  TensorView view = contiguous_view(dtype, std::move(shape));
  view.storage = std::as_bytes(std::span(*memory));
  view.owner = memory;
  return view;
}

}  // namespace

TEST_CASE("8-bit floats have the numbers of their formats") {
  CHECK(widen(0x7E, kE4M3fn) == 448);
  CHECK(std::isnan(widen(0x7F, kE4M3fn)));
  CHECK(widen(0x01, kE4M3fn) == 0x1p-9);
  CHECK(widen(0xB8, kE4M3fn) == -1);
  CHECK(widen(0x7B, kE5M2) == 57344);
  CHECK(widen(0x7C, kE5M2) == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(widen(0xFD, kE5M2)));
  CHECK(widen(0x7F, kE4M3fnuz) == 240);
  CHECK(std::isnan(widen(0x80, kE4M3fnuz)));
  CHECK(widen(0x7F, kE5M2fnuz) == 57344);
}

TEST_CASE("statistics count what is finite, NaN and infinite") {
  const auto found = statistics(view_of(DType::f8_e5m2, {0x3C, 0xBC, 0x40, 0x7C, 0xFF}, {5}));
  REQUIRE(found);
  CHECK(found->min == -1);
  CHECK(found->max == 2);
  CHECK(found->mean == Approx(2.0 / 3));
  CHECK(found->finite == 3);
  CHECK(found->inf == 1);
  CHECK(found->nan == 1);
  CHECK(statistics(view_of(DType::u8, {}, {0}))->finite == 0);
  CHECK_FALSE(statistics(view_of(DType::c64, std::vector<uint8_t>(8), {1})));
}

TEST_CASE("a difference is of numbers, whatever dtypes and strides they have") {
  const TensorView one = view_of(DType::u8, {1, 2, 3, 4, 5, 6}, {2, 3});
  TensorView other = view_of(DType::i8, {1, 4, 2, 5, 3, 6}, {3, 2});
  other = other.permuted(std::vector<size_t>{1, 0});
  const auto equal = difference(one, other);
  REQUIRE(equal);
  CHECK_FALSE(equal->same_bits);  // another dtype
  CHECK(equal->largest == 0);
  const auto far = difference(one, view_of(DType::u8, {1, 2, 3, 4, 5, 0}, {2, 3}));
  CHECK(far->largest == 6);
  CHECK(far->mean == 1);
  CHECK(difference(one, one)->same_bits);
}
