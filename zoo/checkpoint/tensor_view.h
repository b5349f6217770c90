// A tensor inside a checkpoint: where its bytes lie, without a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zoo {

enum class DType {
  f64,
  f32,
  f16,
  bf16,
  i64,
  i32,
  i16,
  i8,
  u8,
  boolean,
  c64,
  c128,
  f8_e4m3fn,
  f8_e5m2,
  f8_e4m3fnuz,
  f8_e5m2fnuz,
  f8_e8m0fnu,
  f4_e2m1fn_x2,  // two numbers in a byte, which counts as one element
  c32,
  u16,
  u32,
  u64,
  qi8,
  qu8,
  qi32,
};
int64_t item_size(DType dtype);                          // bytes of one element
std::string_view to_string(DType dtype);                 // "float32", as torch prints it without "torch."
std::optional<DType> find_dtype(std::string_view name);  // the other way round

struct TensorView;

// What the integers of a quantized tensor stand for: (integer - zero point) * scale.
struct Quantizer {
  // Of the whole tensor, where there are no `scales`.
  double scale = 1;
  int64_t zero_point = 0;
  // One for each slice along `axis`: 1-dim, of float64 or float32 and of int64 or float32.
  int64_t axis = 0;
  std::shared_ptr<const TensorView> scales, zero_points;
};

// Valid as long as any copy of it lives: it keeps the file mapped.
struct TensorView {
  DType dtype = DType::f32;
  std::vector<int64_t> shape;                  // empty = 0-dim
  std::vector<int64_t> strides;                // in elements, never negative
  int64_t offset = 0;                          // of the first element, in elements from the storage's start
  std::span<const std::byte> storage;          // little-endian; may be unaligned
  std::string storage_key;                     // tensors with one key share memory
  std::string device;                          // as stored: "cpu", "cuda:0"
  std::shared_ptr<const void> owner;           // keeps `storage` alive
  std::shared_ptr<const Quantizer> quantizer;  // of qi8, qu8, qi32; else null

  int64_t numel() const;
  int64_t bytes() const { return numel() * item_size(dtype); }
  bool is_contiguous() const;  // row-major
  // The same elements; axis i is this one's axes[i]. Without axes as it is.
  TensorView permuted(std::span<const size_t> axes) const;
  // Throws Error{corrupt} where the storage ends before the tensor does: the file is cut off.
  void check_data() const;
  // Copies the elements in row-major order to `out`, which has bytes() room.
  void copy_to(std::byte* out) const;
  // The elements in row-major order: where they lie if they lie so, else copied to `buffer`. Throws as
  // check_data.
  std::span<const std::byte> row_major_bytes(std::vector<std::byte>& buffer) const;
};

// Throws Error{corrupt} unless all elements of a tensor whose first one is `first` lie within `room`
// elements. Returns how many it has.
int64_t check_extent(const TensorView& tensor, int64_t first, int64_t room);

// A row-major tensor without its bytes, with the strides that torch gives it. Throws Error{corrupt} for a
// shape of more than 2^63 bytes.
TensorView contiguous_view(DType dtype, std::vector<int64_t> shape);

}  // namespace zoo
