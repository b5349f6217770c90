#include "zoo/checkpoint/tensor_view.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "zoo/base/error.h"

namespace zoo::test {
namespace {

// Element i of the storage has the bytes i, i + 1, ...
TensorView view(DType dtype, std::vector<std::byte>& storage, std::vector<int64_t> shape,
                std::vector<int64_t> strides, int64_t offset = 0) {
  TensorView tensor;
  tensor.dtype = dtype;
  tensor.shape = std::move(shape);
  tensor.strides = std::move(strides);
  tensor.offset = offset;
  for (size_t i = 0; i < storage.size(); ++i) storage[i] = static_cast<std::byte>(i * 7 % 251);
  tensor.storage = storage;
  return tensor;
}

std::vector<std::byte> copy(const TensorView& tensor) {
  std::vector<std::byte> bytes(static_cast<size_t>(tensor.bytes()));
  tensor.copy_to(bytes.data());
  return bytes;
}

// The definition of a strided tensor, element by element.
std::vector<std::byte> copy_by_index(const TensorView& tensor) {
  const int64_t item = item_size(tensor.dtype);
  std::vector<std::byte> bytes;
  for (int64_t n = 0; n < tensor.numel(); ++n) {
    int64_t rest = n, at = tensor.offset;
    for (size_t i = tensor.shape.size(); i-- > 0;) {
      at += rest % tensor.shape[i] * tensor.strides[i];
      rest /= tensor.shape[i];
    }
    const auto element = tensor.storage.subspan(static_cast<size_t>(at * item), static_cast<size_t>(item));
    bytes.insert(bytes.end(), element.begin(), element.end());
  }
  return bytes;
}

}  // namespace

TEST_CASE("a copy is row-major whatever the strides, for every element size") {
  const DType dtype = GENERATE(DType::u8, DType::bf16, DType::f32, DType::i64, DType::c128);
  std::vector<std::byte> storage(static_cast<size_t>(500 * item_size(dtype)));
  const auto [shape, strides, offset] = GENERATE(table<std::vector<int64_t>, std::vector<int64_t>, int64_t>({
      {{2, 3, 5, 7}, {105, 35, 7, 1}, 11},  // contiguous
      {{2, 3, 5, 7}, {105, 1, 21, 3}, 0},   // channels last
      {{7, 5}, {1, 7}, 3},                  // transposed
      {{4, 6}, {20, 2}, 0},                 // every second
      {{3, 4}, {0, 1}, 2},                  // repeated rows
      {{3, 4}, {1, 0}, 0},                  // repeated columns
      {{1, 9, 1}, {400, 3, 77}, 0},         // sizes of one
      {{5}, {100}, 99},
      {{}, {}, 499},
      {{3, 0, 2}, {1, 1, 1}, 0},
  }));
  const TensorView tensor = view(dtype, storage, shape, strides, offset);
  CHECK(copy(tensor) == copy_by_index(tensor));
}

TEST_CASE("contiguous means row-major, sizes of one and empty tensors aside") {
  std::vector<std::byte> storage(100);
  CHECK(view(DType::u8, storage, {2, 3}, {3, 1}).is_contiguous());
  CHECK(view(DType::u8, storage, {2, 1, 3}, {3, 99, 1}).is_contiguous());
  CHECK(view(DType::u8, storage, {0, 3}, {9, 9}).is_contiguous());
  CHECK(view(DType::u8, storage, {}, {}).is_contiguous());
  CHECK_FALSE(view(DType::u8, storage, {2, 3}, {1, 2}).is_contiguous());
  CHECK_FALSE(view(DType::u8, storage, {2, 3}, {4, 1}).is_contiguous());
}

TEST_CASE("bytes in row-major order are those that lie so, else copies") {
  std::vector<std::byte> storage(100), buffer;
  for (size_t i = 0; i < storage.size(); ++i) storage[i] = std::byte(i);
  const TensorView rows = view(DType::i16, storage, {2, 3}, {3, 1}, 5);
  CHECK(rows.row_major_bytes(buffer).data() == storage.data() + 10);
  CHECK(rows.row_major_bytes(buffer).size() == 12);
  CHECK(buffer.empty());
  const TensorView columns = view(DType::i16, storage, {2, 3}, {1, 2}, 5);
  const auto copied = columns.row_major_bytes(buffer);
  CHECK(copied.data() == buffer.data());
  CHECK(std::ranges::equal(copied, copy(columns)));
  CHECK(view(DType::u8, storage, {0, 3}, {1, 2}).row_major_bytes(buffer).empty());
  CHECK_THROWS_AS(view(DType::u8, storage, {50, 3}, {3, 1}).row_major_bytes(buffer), Error);
}

TEST_CASE("copying a tensor whose bytes are missing throws") {
  std::vector<std::byte> storage(23);
  CHECK_THROWS_AS(copy(view(DType::f32, storage, {2, 3}, {3, 1})), Error);
  CHECK_THROWS_AS(copy(view(DType::f32, storage, {2, 3}, {1, 2})), Error);
  CHECK_NOTHROW(copy(view(DType::f32, storage, {5}, {1})));
}

TEST_CASE("dtypes have torch's names and sizes") {
  CHECK(to_string(DType::f64) == "float64");
  CHECK(to_string(DType::qi32) == "qint32");
  CHECK(to_string(DType::f8_e5m2) == "float8_e5m2");
  CHECK(to_string(DType::boolean) == "bool");
  CHECK(item_size(DType::c128) == 16);
  CHECK(item_size(DType::u16) == 2);
}

}  // namespace zoo::test
