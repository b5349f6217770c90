#include "zoo/convert/elements.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "zoo/convert/element_types.h"

namespace zoo {
namespace {

constexpr int64_t kBlock = 4096;  // elements decoded at a time

using Decode = void (*)(const std::byte*, int64_t, double*);

template <class Element>
double number(Element element) {
  if constexpr (requires { element.bits; }) {
    return widen(element);
  } else {
    return static_cast<double>(element);
  }
}

template <class Element>
void decode(const std::byte* from, int64_t count, double* out) {
  for (int64_t i = 0; i < count; ++i) {
    Element element;
    std::memcpy(&element, from + i * int64_t{sizeof(Element)}, sizeof(Element));
    out[i] = number(element);
  }
}

template <Float8 kKind>
void decode8(const std::byte* from, int64_t count, double* out) {
  for (int64_t i = 0; i < count; ++i) out[i] = widen(std::to_integer<uint8_t>(from[i]), kKind);
}

void decode_scale(const std::byte* from, int64_t count, double* out) {
  for (int64_t i = 0; i < count; ++i) {
    const int exponent = std::to_integer<int>(from[i]);
    out[i] = exponent == 0xFF ? std::numeric_limits<double>::quiet_NaN() : std::ldexp(1.0, exponent - 127);
  }
}

// nullptr where an element is not one real number.
Decode decoder(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return decode<double>;
    case DType::f32:
      return decode<float>;
    case DType::f16:
      return decode<Half>;
    case DType::bf16:
      return decode<BFloat>;
    case DType::i64:
      return decode<int64_t>;
    case DType::i32:
    case DType::qi32:
      return decode<int32_t>;
    case DType::i16:
      return decode<int16_t>;
    case DType::i8:
    case DType::qi8:
      return decode<int8_t>;
    case DType::u8:
    case DType::boolean:
    case DType::qu8:
      return decode<uint8_t>;
    case DType::u16:
      return decode<uint16_t>;
    case DType::u32:
      return decode<uint32_t>;
    case DType::u64:
      return decode<uint64_t>;
    case DType::f8_e4m3fn:
      return decode8<kE4M3fn>;
    case DType::f8_e5m2:
      return decode8<kE5M2>;
    case DType::f8_e4m3fnuz:
      return decode8<kE4M3fnuz>;
    case DType::f8_e5m2fnuz:
      return decode8<kE5M2fnuz>;
    case DType::f8_e8m0fnu:
      return decode_scale;
    case DType::c32:
    case DType::c64:
    case DType::c128:
    case DType::f4_e2m1fn_x2:
      return nullptr;
  }
  return nullptr;
}

double distance(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double gap = std::abs(a - b);
  return std::isnan(gap) ? std::numeric_limits<double>::infinity() : gap;
}

}  // namespace

std::optional<Statistics> statistics(const TensorView& tensor) {
  const Decode decode = decoder(tensor.dtype);
  if (decode == nullptr) return std::nullopt;
  std::vector<std::byte> buffer;
  const std::span<const std::byte> elements = tensor.row_major_bytes(buffer);
  Statistics result;
  double sum = 0, min = std::numeric_limits<double>::infinity(), max = -min;
  std::array<double, kBlock> block;
  const int64_t count = tensor.numel();
  for (int64_t first = 0; first < count; first += kBlock) {
    const int64_t size = std::min(kBlock, count - first);
    decode(elements.data() + first * item_size(tensor.dtype), size, block.data());
    double block_sum = 0;
    for (int64_t i = 0; i < size; ++i) {
      const double value = block[static_cast<size_t>(i)];
      if (std::isfinite(value)) {
        ++result.finite;
        block_sum += value;
        min = std::min(min, value);
        max = std::max(max, value);
      } else if (std::isnan(value)) {
        ++result.nan;
      } else {
        ++result.inf;
      }
    }
    sum += block_sum;
  }
  if (result.finite > 0) {
    result.min = min;
    result.max = max;
    result.mean = sum / static_cast<double>(result.finite);
  }
  return result;
}

std::optional<Difference> difference(const TensorView& a, const TensorView& b) {
  std::vector<std::byte> buffer_a, buffer_b;
  const auto elements_a = a.row_major_bytes(buffer_a), elements_b = b.row_major_bytes(buffer_b);
  Difference result;
  result.same_bits = a.dtype == b.dtype && std::ranges::equal(elements_a, elements_b);
  if (result.same_bits) return result;
  const Decode decode_a = decoder(a.dtype), decode_b = decoder(b.dtype);
  if (decode_a == nullptr || decode_b == nullptr) return std::nullopt;
  std::array<double, kBlock> block_a, block_b;
  const int64_t count = a.numel();
  double sum = 0;
  for (int64_t first = 0; first < count; first += kBlock) {
    const int64_t size = std::min(kBlock, count - first);
    decode_a(elements_a.data() + first * item_size(a.dtype), size, block_a.data());
    decode_b(elements_b.data() + first * item_size(b.dtype), size, block_b.data());
    double block_sum = 0;
    for (size_t i = 0; i < static_cast<size_t>(size); ++i) {
      const double gap = distance(block_a[i], block_b[i]);
      block_sum += gap;
      result.largest = std::max(result.largest, gap);
    }
    sum += block_sum;
  }
  if (count > 0) result.mean = sum / static_cast<double>(count);
  return result;
}

}  // namespace zoo
