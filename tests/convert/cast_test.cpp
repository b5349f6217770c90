#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "zoo/convert/cast.h"

using namespace zoo;

namespace {

template <class Number>
NamedTensor tensor_of(DType dtype, const std::vector<Number>& numbers) {
  const auto memory = std::make_shared<std::vector<Number>>(numbers);
  TensorView view = contiguous_view(dtype, {static_cast<int64_t>(numbers.size())});
  view.storage = std::as_bytes(std::span(*memory));
  view.owner = memory;
  return {"t", view};
}

template <class Number>
std::vector<Number> numbers_of(const NamedTensor& named) {
  std::vector<Number> numbers(static_cast<size_t>(named.tensor.numel()));
  REQUIRE(named.tensor.bytes() == static_cast<int64_t>(numbers.size() * sizeof(Number)));
  named.tensor.copy_to(reinterpret_cast<std::byte*>(numbers.data()));
  return numbers;
}

}  // namespace

TEST_CASE("every float16 and bfloat16 survives the way to float32 and back") {
  const DType dtype = GENERATE(DType::f16, DType::bf16);
  std::vector<uint16_t> all(1 << 16);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
  const auto wide = cast({tensor_of(dtype, all)}, DType::f32);
  const auto back = numbers_of<uint16_t>(cast(wide, dtype).front());
  const auto floats = numbers_of<float>(wide.front());
  for (size_t i = 0; i < all.size(); ++i) {
    if (std::isnan(floats[i])) {
      CHECK(std::isnan(
          numbers_of<float>(cast({tensor_of(dtype, std::vector{back[i]})}, DType::f32).front())[0]));
    } else if (back[i] != all[i]) {
      FAIL(i << " became " << back[i]);
    }
  }
}

TEST_CASE("float32 is rounded to the nearest, ties to even") {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto half = numbers_of<uint16_t>(
      cast({tensor_of<float>(
               DType::f32, {1 + 0x1p-11F, 1 + 3 * 0x1p-11F, 65519.996F, 65520, -1e30F, 0x1p-25F, 3 * 0x1p-26F,
                            -0.0F, infinity, 0x1p-24F, 0x1.ffcp-15F, 0x1.fffp-15F})},
           DType::f16)
          .front());
  CHECK(half == std::vector<uint16_t>{0x3C00, 0x3C02, 0x7BFF, 0x7C00, 0xFC00, 0, 1, 0x8000, 0x7C00, 1, 0x0400,
                                      0x0400});
  const auto brain = numbers_of<uint16_t>(
      cast({tensor_of<float>(DType::f32, {1 + 0x1p-8F, 1 + 3 * 0x1p-8F, 3.4e38F, -infinity, 1e-45F})},
           DType::bf16)
          .front());
  CHECK(brain == std::vector<uint16_t>{0x3F80, 0x3F82, 0x7F80, 0xFF80, 0});
}

TEST_CASE("float64 goes through float32, as in torch") {
  const auto half = cast({tensor_of<double>(DType::f64, {1 + 0x1p-11 + 0x1p-40})}, DType::f16);
  CHECK(numbers_of<uint16_t>(half.front()) == std::vector<uint16_t>{0x3C00});
}

TEST_CASE("integers stay, and a tensor of the wanted dtype is not copied") {
  const auto integers = tensor_of<int32_t>(DType::i32, {1, 2});
  const auto floats = tensor_of<float>(DType::f32, {1});
  const auto result = cast({integers, floats}, DType::f32);
  CHECK(result[0].tensor.storage.data() == integers.tensor.storage.data());
  CHECK(result[1].tensor.storage.data() == floats.tensor.storage.data());
  CHECK_THROWS_WITH(cast({tensor_of<uint8_t>(DType::f8_e5m2, {1})}, DType::f32),
                    Catch::Contains("float8_e5m2"));
}
