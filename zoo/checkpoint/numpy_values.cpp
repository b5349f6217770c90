#include "zoo/checkpoint/numpy_values.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "zoo/base/bytes.h"
#include "zoo/base/error.h"
#include "zoo/checkpoint/pickle/pickle_arguments.h"

namespace zoo {
namespace {

struct Code {
  std::string_view text;
  DType dtype;
};

constexpr std::array kCodes{
    Code{"b1", DType::boolean}, Code{"i1", DType::i8},    Code{"i2", DType::i16}, Code{"i4", DType::i32},
    Code{"i8", DType::i64},     Code{"u1", DType::u8},    Code{"u2", DType::u16}, Code{"u4", DType::u32},
    Code{"u8", DType::u64},     Code{"f2", DType::f16},   Code{"f4", DType::f32}, Code{"f8", DType::f64},
    Code{"c8", DType::c64},     Code{"c16", DType::c128},
};

// numpy.dtype(code, align, copy) with the state (version, byte order, ...)
std::optional<DType> plain_dtype(const Value& value) {
  const Opaque* dtype = value.as_opaque();
  if (dtype == nullptr || dtype->class_name != "numpy.dtype") return std::nullopt;
  const auto* made_with = dtype->args.as_sequence();
  const auto* state = dtype->state.as_sequence();
  const std::string* code =
      made_with == nullptr || made_with->empty() ? nullptr : made_with->front().as_string();
  const std::string* order = state == nullptr || state->size() < 2 ? nullptr : (*state)[1].as_string();
  if (code == nullptr || (order != nullptr && *order == ">")) return std::nullopt;
  const auto found = std::ranges::find(kCodes, *code, &Code::text);
  if (found == kCodes.end()) return std::nullopt;
  return found->dtype;
}

// Python 2 writes bytes as a string, which is text where it happens to be UTF-8.
struct RawBytes {
  std::string_view data;
  std::shared_ptr<const void> owner;
};
std::optional<RawBytes> raw_bytes(const Value& value) {
  if (const auto* bytes = std::get_if<std::shared_ptr<const Bytes>>(&value.data()))
    return RawBytes{(*bytes)->data, *bytes};
  if (const auto* text = std::get_if<std::shared_ptr<const std::string>>(&value.data()))
    return RawBytes{**text, *text};
  return std::nullopt;
}

template <class Number, class Plain>
Value number(std::string_view data) {
  Number plain;
  std::copy_n(data.begin(), sizeof(Number), reinterpret_cast<char*>(&plain));
  return static_cast<Plain>(plain);
}

Value array(DType dtype, const Value& shape, bool columns_first, const RawBytes& bytes,
            const std::string& key) {
  TensorView view = contiguous_view(dtype, naturals(shape, "an array's shape"));
  if (static_cast<size_t>(view.bytes()) != bytes.data.size()) {
    throw Error(ErrorCode::corrupt, {},
                "a numpy array of " + std::to_string(view.bytes()) + " bytes has " +
                    std::to_string(bytes.data.size()));
  }
  if (columns_first) {
    TensorView turned = contiguous_view(dtype, {view.shape.rbegin(), view.shape.rend()});
    view.strides.assign(turned.strides.rbegin(), turned.strides.rend());
  }
  view.storage = std::as_bytes(std::span(bytes.data));
  view.storage_key = key;
  view.device = "cpu";
  view.owner = bytes.owner;
  return view;
}

}  // namespace

std::optional<Value> plain_number(DType dtype, std::string_view data) {
  if (data.size() != static_cast<size_t>(item_size(dtype))) return std::nullopt;
  switch (dtype) {
    case DType::boolean:
      return Value(data[0] != 0);
    case DType::i8:
      return number<int8_t, int64_t>(data);
    case DType::i16:
      return number<int16_t, int64_t>(data);
    case DType::i32:
      return number<int32_t, int64_t>(data);
    case DType::i64:
      return number<int64_t, int64_t>(data);
    case DType::u8:
      return number<uint8_t, int64_t>(data);
    case DType::u16:
      return number<uint16_t, int64_t>(data);
    case DType::u32:
      return number<uint32_t, int64_t>(data);
    case DType::f32:
      return number<float, double>(data);
    case DType::f64:
      return number<double, double>(data);
    default:
      return std::nullopt;
  }
}

std::optional<Value> numpy_scalar(const std::vector<Value>& args) {
  if (args.size() != 2) return std::nullopt;
  const auto dtype = plain_dtype(args[0]);
  const auto bytes = raw_bytes(args[1]);
  if (!dtype || !bytes) return std::nullopt;
  return plain_number(*dtype, bytes->data);
}

std::optional<Value> numpy_array(const std::vector<Value>& args, const std::string& key) {
  if (args.size() != 4 || args[3].as_string() == nullptr) return std::nullopt;
  const auto bytes = raw_bytes(args[0]);
  const auto dtype = plain_dtype(args[1]);
  if (!bytes || !dtype) return std::nullopt;
  return array(*dtype, args[2], *args[3].as_string() == "F", *bytes, key);
}

std::optional<Value> numpy_array_state(const Value& state, const std::string& key) {
  const auto* items = state.as_sequence();
  if (items == nullptr || items->size() < 4 || items->size() > 5) return std::nullopt;
  const Value* parts = items->data() + (items->size() - 4);
  const auto dtype = plain_dtype(parts[1]);
  const bool* columns_first = parts[2].as_bool();
  const auto bytes = raw_bytes(parts[3]);
  if (!dtype || columns_first == nullptr || !bytes) return std::nullopt;
  return array(*dtype, parts[0], *columns_first, *bytes, key);
}

}  // namespace zoo
