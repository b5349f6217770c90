#include "zoo/checkpoint/numpy_scalar.h"

#include <cstdint>

#include "zoo/checkpoint/bytes.h"

namespace zoo {
namespace {

template <class Number, class Plain>
std::optional<Value> read(const std::string& data) {
  if (data.size() != sizeof(Number)) return std::nullopt;
  Number number;
  std::memcpy(&number, data.data(), sizeof(Number));
  return Value(static_cast<Plain>(number));
}

}  // namespace

std::optional<Value> numpy_scalar(const std::vector<Value>& args) {
  if (args.size() != 2) return std::nullopt;
  // numpy.dtype(code, align, copy) with the state (version, byte order, ...)
  const Opaque* dtype = args[0].as_opaque();
  if (dtype == nullptr || dtype->class_name != "numpy.dtype") return std::nullopt;
  const auto* made_with = dtype->args.as_sequence();
  const auto* state = dtype->state.as_sequence();
  const std::string* code =
      made_with == nullptr || made_with->empty() ? nullptr : made_with->front().as_string();
  const std::string* order = state == nullptr || state->size() < 2 ? nullptr : (*state)[1].as_string();
  if (code == nullptr || (order != nullptr && *order == ">")) return std::nullopt;
  // Python 2 writes bytes as a string, which is text where it happens to be UTF-8.
  std::string data;
  if (const Bytes* bytes = args[1].as_bytes()) data = bytes->data;
  if (const std::string* text = args[1].as_string()) data = *text;

  if (*code == "b1" && data.size() == 1) return Value(data[0] != 0);
  if (*code == "i1") return read<int8_t, int64_t>(data);
  if (*code == "i2") return read<int16_t, int64_t>(data);
  if (*code == "i4") return read<int32_t, int64_t>(data);
  if (*code == "i8") return read<int64_t, int64_t>(data);
  if (*code == "u1") return read<uint8_t, int64_t>(data);
  if (*code == "u2") return read<uint16_t, int64_t>(data);
  if (*code == "u4") return read<uint32_t, int64_t>(data);
  if (*code == "f4") return read<float, double>(data);
  if (*code == "f8") return read<double, double>(data);
  return std::nullopt;
}

}  // namespace zoo
