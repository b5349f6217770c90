// Flax's checkpoints: one MessagePack map of maps, whose extension types 1, 2 and 3 are arrays, complex
// numbers and numpy scalars. References: the MessagePack specification; flax 0.8, serialization.py.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/checkpoint/contents.h"
#include "zoo/checkpoint/numpy_values.h"
#include "zoo/checkpoint/pickle/pickle_arguments.h"
#include "zoo/checkpoint/pickle/pickle_text.h"
#include "zoo/checkpoint/value_tree.h"

namespace zoo {
namespace {

constexpr size_t kMaxChunks = 10'000;                    // of 2^30 bytes
constexpr int8_t kArray = 1, kComplex = 2, kScalar = 3;  // Flax's extension types

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

struct ArrayPart {  // [shape, dtype's name, bytes]
  DType dtype = DType::f32;
  std::vector<int64_t> shape;
  ByteSpan bytes;
};

class MsgpackReader {
 public:
  explicit MsgpackReader(const FileBytes& file) : file_(file), bytes_(file.bytes) {}

  Value read() {
    try {
      Value root = value(0);
      if (at_ != bytes_.size()) fail(std::to_string(bytes_.size() - at_) + " bytes follow the last value");
      return root;
    } catch (const Error& error) {
      throw Error(error.code(), "byte " + std::to_string(start_), error.what());
    }
  }

 private:
  ByteSpan take(uint64_t count) {
    if (!fits(at_, count, bytes_.size())) {
      throw Error(ErrorCode::corrupt, {},
                  "wants " + std::to_string(count) + " bytes where " + std::to_string(bytes_.size() - at_) +
                      " are left",
                  "The file is cut off or damaged; download it again.");
    }
    const ByteSpan taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
  }
  template <std::unsigned_integral T>
  T number() {  // big-endian
    const ByteSpan bytes = take(sizeof(T));
    T value = 0;
    for (const std::byte byte : bytes) value = static_cast<T>(value << 8 | std::to_integer<T>(byte));
    return value;
  }
  uint64_t length(int width) {  // of 1, 2 or 4 bytes
    return width == 0 ? number<uint8_t>() : width == 1 ? number<uint16_t>() : number<uint32_t>();
  }

  void count_container();
  Value value(int depth);
  Value list(uint64_t count, int depth);
  Value map(uint64_t count, int depth);
  Value extension(uint64_t size, int depth);
  ArrayPart array_part(int depth);
  Value array(const ArrayPart& part) const;
  Value joined_array(const Value& map) const;

  FileBytes file_;
  ByteSpan bytes_;  // the file, or the payload of an extension in it
  size_t at_ = 0, start_ = 0;
  int64_t values_ = 0;
  size_t containers_ = 0;
};

Value MsgpackReader::value(int depth) {
  if (depth > kMaxDepth) fail("values nested more than " + std::to_string(kMaxDepth) + " deep");
  if (++values_ > kMaxValues) fail("more than " + std::to_string(kMaxValues) + " values");
  start_ = static_cast<size_t>(bytes_.data() - file_.bytes.data()) + at_;
  const auto code = number<uint8_t>();
  if (code <= 0x7f) return int64_t{code};
  if (code <= 0x8f) return map(code & 0x0f, depth);
  if (code <= 0x9f) return list(code & 0x0f, depth);
  if (code <= 0xbf) return text_value(as_text(take(code & 0x1f)));
  if (code >= 0xe0) return int64_t{static_cast<int8_t>(code)};
  switch (code) {
    case 0xc0:
      return None{};
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return Bytes{std::string(as_text(take(length(code - 0xc4))))};
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return extension(length(code - 0xc7), depth);
    case 0xca:
      return double{std::bit_cast<float>(number<uint32_t>())};
    case 0xcb:
      return std::bit_cast<double>(number<uint64_t>());
    case 0xcc:
      return int64_t{number<uint8_t>()};
    case 0xcd:
      return int64_t{number<uint16_t>()};
    case 0xce:
      return int64_t{number<uint32_t>()};
    case 0xcf:
      return parse_integer(std::to_string(number<uint64_t>()));
    case 0xd0:
      return int64_t{static_cast<int8_t>(number<uint8_t>())};
    case 0xd1:
      return int64_t{static_cast<int16_t>(number<uint16_t>())};
    case 0xd2:
      return int64_t{static_cast<int32_t>(number<uint32_t>())};
    case 0xd3:
      return static_cast<int64_t>(number<uint64_t>());
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return extension(uint64_t{1} << (code - 0xd4), depth);
    case 0xd9:
    case 0xda:
    case 0xdb:
      return text_value(as_text(take(length(code - 0xd9))));
    case 0xdc:
    case 0xdd:
      return list(length(code - 0xdb), depth);
    case 0xde:
    case 0xdf:
      return map(length(code - 0xdd), depth);
    default:
      fail("the unknown type 0xc1");
  }
}

void MsgpackReader::count_container() {
  if (++containers_ > kMaxContainers) fail("more than " + std::to_string(kMaxContainers) + " maps and lists");
}

Value MsgpackReader::list(uint64_t count, int depth) {
  count_container();
  std::vector<Value> items;
  for (; count > 0; --count) items.push_back(value(depth + 1));
  return Value::list(std::move(items));
}

Value MsgpackReader::map(uint64_t count, int depth) {
  count_container();
  Dict members;
  for (; count > 0; --count) {
    Value key = value(depth + 1);
    if (key.as_string() == nullptr && key.as_int() == nullptr) fail("a key that is no text or number");
    members.emplace_back(std::move(key), value(depth + 1));
  }
  const Value map = Value::dict(std::move(members));
  return map.find("__msgpack_chunked_array__") == nullptr ? map : joined_array(map);
}

Value MsgpackReader::extension(uint64_t size, int depth) {
  const auto type = static_cast<int8_t>(number<uint8_t>());
  const ByteSpan payload = take(size);
  const ByteSpan outer = std::exchange(bytes_, payload);
  const size_t resume = std::exchange(at_, 0);
  Value result;
  if (type == kArray) {
    result = array(array_part(depth));
  } else if (type == kScalar) {
    const ArrayPart part = array_part(depth);
    if (!part.shape.empty()) fail("a scalar with a shape");
    result = plain_number(part.dtype, as_text(part.bytes)).value_or(array(part));
  } else if (type == kComplex) {
    const Value parts = value(depth + 1);
    if (parts.as_sequence() == nullptr || parts.as_sequence()->size() != 2) fail("a bad complex number");
    result = Value::opaque({.class_name = "builtins.complex", .args = Value::tuple(*parts.as_sequence())});
  } else {
    throw Error(ErrorCode::unsupported, {},
                "the extension type " + std::to_string(type) + ", which Flax does not have");
  }
  if (at_ != bytes_.size())
    fail("an extension with " + std::to_string(bytes_.size() - at_) + " bytes too many");
  bytes_ = outer;
  at_ = resume;
  return result;
}

ArrayPart MsgpackReader::array_part(int depth) {
  if (number<uint8_t>() != 0x93) fail("an array that is not [shape, dtype, bytes]");
  ArrayPart part;
  part.shape = naturals(value(depth + 1), "an array's shape");
  const std::string name = short_text(value(depth + 1), "an array's dtype");
  const auto dtype = find_dtype(name);
  if (!dtype) throw Error(ErrorCode::unsupported, {}, "an array of the dtype '" + excerpt(name) + "'");
  part.dtype = *dtype;
  // Read as a value, its bytes would be copied.
  const auto code = number<uint8_t>();
  if (code < 0xc4 || code > 0xc6) fail("an array without bytes");
  part.bytes = take(length(code - 0xc4));
  return part;
}

Value MsgpackReader::array(const ArrayPart& part) const {
  TensorView view = contiguous_view(part.dtype, part.shape);
  if (static_cast<uint64_t>(view.bytes()) != part.bytes.size()) {
    fail("an array of " + std::to_string(view.bytes()) + " bytes has " + std::to_string(part.bytes.size()));
  }
  view.storage = part.bytes;
  view.storage_key = std::to_string(part.bytes.data() - file_.bytes.data());
  view.device = "cpu";
  view.owner = file_.owner;
  return view;
}

// {"__msgpack_chunked_array__": true, "shape": {"0": ...}, "chunks": {"0": array, ...}}: arrays above 2^30
// bytes, whose parts do not lie together in the file.
Value MsgpackReader::joined_array(const Value& map) const {
  const auto parts_of = [&](std::string_view name) {
    const Value* part = map.find(name);
    const Dict* numbered = part == nullptr ? nullptr : part->as_dict();
    if (numbered == nullptr || numbered->size() > kMaxChunks)
      fail("an array in chunks without its " + std::string(name));
    // Keys are "0", "1", ..., in any order; each position is looked up once.
    std::vector<Value> items(numbered->size());
    std::vector<bool> is_there(numbered->size());
    for (const auto& [key, item] : *numbered) {
      const std::string* digits = key.as_string();
      size_t position = items.size();
      if (digits != nullptr) std::from_chars(digits->data(), digits->data() + digits->size(), position);
      if (position >= items.size() || std::to_string(position) != *digits || is_there[position])
        fail("an array in chunks lacks one of its " + std::string(name));
      items[position] = item;
      is_there[position] = true;
    }
    return items;
  };
  const std::vector<Value> chunks = parts_of("chunks");
  size_t size = 0;
  for (const Value& chunk : chunks) {
    const TensorView* tensor = chunk.as_tensor();
    if (tensor == nullptr || tensor->dtype != chunks.front().as_tensor()->dtype)
      fail("chunks of different kinds");
    size += tensor->storage.size();
  }
  const auto joined = std::make_shared<std::vector<std::byte>>();
  joined->reserve(size);
  for (const Value& chunk : chunks) {
    const TensorView* tensor = chunk.as_tensor();
    joined->insert(joined->end(), tensor->storage.begin(), tensor->storage.end());
  }
  if (chunks.empty()) fail("an array of no chunks");
  TensorView view = *chunks.front().as_tensor();
  const TensorView shaped =
      contiguous_view(view.dtype, naturals(Value::list(parts_of("shape")), "an array's shape"));
  if (static_cast<uint64_t>(shaped.bytes()) != joined->size()) {
    fail("an array of " + std::to_string(shaped.bytes()) + " bytes has chunks of " +
         std::to_string(joined->size()));
  }
  view.shape = shaped.shape;
  view.strides = shaped.strides;
  view.storage = *joined;
  view.owner = joined;
  return view;
}

}  // namespace

Contents read_msgpack(const FileBytes& file, const OpenOptions&) {
  Value root = MsgpackReader(file).read();
  if (root.as_dict() == nullptr) fail("a MessagePack value that is no map");
  Nursery().release(root);
  return {Format::msgpack, std::move(root), {}, {}, {}};
}

}  // namespace zoo
