#include "zoo/checkpoint/torch_objects.h"

#include <algorithm>
#include <array>

#include "zoo/checkpoint/numpy_scalar.h"
#include "zoo/checkpoint/pickle_text.h"
#include "zoo/core/error.h"
#include "zoo/core/text.h"

namespace zoo {
namespace {

constexpr size_t kMaxDims = 64;
constexpr size_t kMaxKeyLength = 255;
// A tensor that repeats its storage (stride 0) says more bytes than the file has. Enough for honest ones.
constexpr int64_t kMaxExpandedBytes = 256'000'000;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

struct NamedDType {
  std::string_view name;
  DType dtype;
};

// The last part of a storage class's name; torch, torch.cuda and torch.storage have one each.
constexpr std::array kStorageClasses{
    NamedDType{"DoubleStorage", DType::f64},       NamedDType{"FloatStorage", DType::f32},
    NamedDType{"HalfStorage", DType::f16},         NamedDType{"BFloat16Storage", DType::bf16},
    NamedDType{"LongStorage", DType::i64},         NamedDType{"IntStorage", DType::i32},
    NamedDType{"ShortStorage", DType::i16},        NamedDType{"CharStorage", DType::i8},
    NamedDType{"ByteStorage", DType::u8},          NamedDType{"BoolStorage", DType::boolean},
    NamedDType{"ComplexFloatStorage", DType::c64}, NamedDType{"ComplexDoubleStorage", DType::c128},
    NamedDType{"QInt8Storage", DType::qi8},        NamedDType{"QUInt8Storage", DType::qu8},
    NamedDType{"QInt32Storage", DType::qi32},      NamedDType{"UntypedStorage", DType::u8},
    NamedDType{"_UntypedStorage", DType::u8},
};

const std::string* class_name(const Value& value) {
  const Opaque* opaque = value.as_opaque();
  return opaque != nullptr && opaque->args.is_none() ? &opaque->class_name : nullptr;
}

DType storage_dtype(const Value& type) {
  const std::string* name = class_name(type);
  if (name == nullptr) fail("a storage without its class");
  const std::string_view last = std::string_view(*name).substr(name->rfind('.') + 1);
  for (const NamedDType& known : kStorageClasses) {
    if (known.name == last && name->starts_with("torch.")) return known.dtype;
  }
  throw Error(ErrorCode::unsupported, {}, "storages of the class '" + excerpt(*name) + "'");
}

// "torch.float8_e4m3fn"
DType parse_dtype(const Value& value) {
  const std::string* name = class_name(value);
  if (name != nullptr && name->starts_with("torch.")) {
    for (int code = 0; code <= static_cast<int>(DType::qi32); ++code) {
      const auto dtype = static_cast<DType>(code);
      if (std::string_view(*name).substr(6) == to_string(dtype)) return dtype;
    }
  }
  throw Error(ErrorCode::unsupported, {}, "tensors of the dtype '" + (name ? excerpt(*name) : "?") + "'");
}

const Value& argument(const std::vector<Value>& args, size_t index) {
  if (index >= args.size()) fail("a tensor is rebuilt from " + std::to_string(args.size()) + " arguments");
  return args[index];
}

int64_t integer(const Value& value, const char* what) {
  const int64_t* number = value.as_int();
  if (number == nullptr || *number < 0) fail(std::string(what) + " is not a number from 0 to 2^63");
  return *number;
}

std::vector<int64_t> integers(const Value& value, const char* what) {
  const auto* items = value.as_sequence();
  if (items == nullptr || items->size() > kMaxDims)
    fail(std::string(what) + " is not a tuple of at most 64 numbers");
  std::vector<int64_t> numbers;
  for (const Value& item : *items) numbers.push_back(integer(item, what));
  return numbers;
}

std::string text(const Value& value, const char* what) {
  const std::string* string = value.as_string();
  if (string == nullptr || string->size() > kMaxKeyLength) fail(std::string(what) + " is not a short string");
  return *string;
}

// Throws unless all elements of a tensor lie within `room` elements. Returns its element count.
int64_t check_extent(const TensorView& tensor, int64_t first, int64_t room) {
  int64_t count = 1;
  bool overflow = false;
  for (const int64_t size : tensor.shape) overflow |= __builtin_mul_overflow(count, size, &count);
  overflow |= __builtin_mul_overflow(count, item_size(tensor.dtype), &count);
  if (overflow) fail("a tensor of the shape " + shape_text(tensor.shape) + " is larger than 2^63 bytes");
  count /= item_size(tensor.dtype);
  if (count == 0) return 0;
  int64_t last = first;
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    int64_t reach = 0;
    overflow |= __builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &reach);
    overflow |= __builtin_add_overflow(last, reach, &last);
  }
  if (overflow || last >= room) {
    fail("a tensor of the shape " + shape_text(tensor.shape) + " with strides " + shape_text(tensor.strides) +
         " at offset " + std::to_string(first) + " exceeds its storage of " + std::to_string(room) +
         " elements");
  }
  return count;
}

// OrderedDict([(key, value), ...]), as Python 2 writes it; a mapping is copied.
Value make_dict(const std::vector<Value>& args) {
  Dict dict;
  if (args.empty()) return Value::dict({});
  if (const Dict* members = args.front().as_dict()) return Value::dict(*members);
  const auto* pairs = args.front().as_sequence();
  if (pairs == nullptr) fail("a dict is made from something that is no list of pairs");
  for (const Value& pair : *pairs) {
    const auto* items = pair.as_sequence();
    if (items == nullptr || items->size() != 2)
      fail("a dict is made from something that is no list of pairs");
    dict.emplace_back((*items)[0], (*items)[1]);
  }
  return Value::dict(std::move(dict));
}

}  // namespace

Value TorchObjects::add(size_t storage, TensorView tensor) {
  auto shared = std::make_shared<TensorView>(std::move(tensor));
  storages_[storage].tensors.push_back(shared);
  return std::shared_ptr<const TensorView>(std::move(shared));
}

// ('storage', class, key, location, element count[, view]) or ('module', class, source file, source)
Value TorchObjects::persistent(const Value& id) {
  const Tuple* tuple = id.as_tuple();
  if (tuple == nullptr || tuple->items.empty()) fail("a persistent id that is no tuple");
  const auto& items = tuple->items;
  const std::string kind = text(items[0], "the kind of a persistent id");
  if (kind == "module" && items.size() >= 2) return items[1];
  if (kind != "storage" || items.size() < 5)
    fail("a persistent id of the unknown kind '" + excerpt(kind) + "'");

  TensorView whole;
  whole.dtype = storage_dtype(items[1]);
  whole.storage_key = text(items[2], "a storage's key");
  whole.device = text(items[3], "a storage's device");
  const int64_t count = integer(items[4], "a storage's size");
  whole.shape = {count};
  whole.strides = {1};
  check_extent(whole, 0, count);

  const auto [found, is_new] = index_.try_emplace(whole.storage_key, storages_.size());
  if (is_new) storages_.push_back({whole.storage_key, whole.bytes(), item_size(whole.dtype), {}});
  const size_t index = found->second;
  if (storages_[index].bytes != whole.bytes()) {
    fail("storage '" + excerpt(whole.storage_key) + "' has " + std::to_string(whole.bytes()) +
         " bytes here, " + std::to_string(storages_[index].bytes) + " elsewhere");
  }
  if (items.size() > 5 && !items[5].is_none()) {  // legacy files: (view's key, offset, size), in elements
    const Tuple* view = items[5].as_tuple();
    if (view == nullptr || view->items.size() != 3) fail("a storage view that is no tuple of three");
    whole.offset = integer(view->items[1], "a storage view's offset");
    whole.shape = {integer(view->items[2], "a storage view's size")};
    check_extent(whole, whole.offset, count);
  }
  return add(index, std::move(whole));
}

// args: storage, offset, size, strides, ...
Value TorchObjects::rebuild_tensor(const std::vector<Value>& args, std::optional<DType> dtype) {
  const TensorView* storage = argument(args, 0).as_tensor();
  if (storage == nullptr || storage->shape.size() != 1)
    fail("a tensor is rebuilt from something that is no storage");
  TensorView tensor = *storage;
  const int64_t offset = integer(argument(args, 1), "a tensor's offset");
  tensor.shape = integers(argument(args, 2), "a tensor's shape");
  tensor.strides = integers(argument(args, 3), "a tensor's strides");
  if (tensor.shape.size() != tensor.strides.size()) {
    fail("a tensor has the shape " + shape_text(tensor.shape) + " but the strides " +
         shape_text(tensor.strides));
  }
  int64_t room = storage->shape[0];
  if (dtype && *dtype != storage->dtype) {
    if (storage->offset != 0) fail("a view of a storage is read as another dtype");
    tensor.dtype = *dtype;
    room = storage->bytes() / item_size(*dtype);
  }
  const int64_t count = check_extent(tensor, offset, room);
  const int64_t excess = std::max<int64_t>(0, count * item_size(tensor.dtype) - storage->bytes());
  expanded_bytes_ += std::min(excess, kMaxExpandedBytes + 1);
  if (excess > 0 && expanded_bytes_ > kMaxExpandedBytes) {
    fail("a tensor of the shape " + shape_text(tensor.shape) + " repeats a storage of only " +
         std::to_string(storage->bytes()) + " bytes");
  }
  if (count != 0) tensor.offset += offset;
  const size_t index = index_.find(tensor.storage_key)->second;
  return add(index, std::move(tensor));
}

std::optional<Value> TorchObjects::call(const std::string& name, const std::vector<Value>& args) {
  if (name == "torch._utils._rebuild_tensor" || name == "torch._utils._rebuild_tensor_v2" ||
      name == "torch._utils._rebuild_qtensor") {
    return rebuild_tensor(args, std::nullopt);
  }
  if (name == "torch._utils._rebuild_tensor_v3") return rebuild_tensor(args, parse_dtype(argument(args, 6)));
  if (name == "torch._utils._rebuild_parameter" || name == "torch._utils._rebuild_parameter_with_state" ||
      name == "torch.jit._pickle.restore_type_tag" || name == "torch.jit._pickle.build_intlist" ||
      name == "torch.jit._pickle.build_doublelist" || name == "torch.jit._pickle.build_boollist" ||
      name == "torch.jit._pickle.build_tensorlist") {
    return argument(args, 0);
  }
  // A tensor of a subclass: (function, class, arguments of the function, state)
  if (name == "torch._tensor._rebuild_from_type_v2" || name == "torch._tensor._rebuild_from_type") {
    const std::string* function = class_name(argument(args, 0));
    const Tuple* inner = argument(args, 2).as_tuple();
    if (function == nullptr || inner == nullptr || function->starts_with("torch._tensor."))
      fail("a bad tensor subclass");
    return call(*function, inner->items);
  }
  if (name.starts_with("torch._utils._rebuild_") || name == "torch.storage._load_from_bytes" ||
      name == "torch.jit._pickle.build_tensor_from_id") {
    throw Error(ErrorCode::unsupported, {}, "a tensor made by '" + excerpt(name) + "'",
                "Save a state dict of plain dense tensors in Python and open that.");
  }
  if (name == "collections.OrderedDict") return make_dict(args);
  if (name == "collections.defaultdict") {
    return args.size() < 2 ? Value::dict({}) : make_dict({args[1]});
  }
  if (name == "torch.Size" && args.size() == 1 && args[0].as_sequence() != nullptr) {
    return Value::tuple(*args[0].as_sequence());
  }
  if (name == "_codecs.encode" && !args.empty() && args[0].as_string() != nullptr) {
    return Bytes{to_latin1(*args[0].as_string())};
  }
  if ((name == "builtins.bytes" || name == "__builtin__.bytes") && args.empty()) return Bytes{};
  if (name == "numpy.core.multiarray.scalar" || name == "numpy._core.multiarray.scalar")
    return numpy_scalar(args);
  return std::nullopt;
}

int64_t TorchObjects::storage_bytes() const {
  int64_t sum = 0;
  for (const Storage& storage : storages_) {
    if (__builtin_add_overflow(sum, storage.bytes, &sum))
      fail("its storages are larger than 2^63 bytes together");
  }
  return sum;
}

void TorchObjects::attach(const Storage& storage, ByteSpan bytes, const std::shared_ptr<const void>& owner) {
  for (const auto& tensor : storage.tensors) {
    tensor->storage = bytes;
    tensor->owner = owner;
  }
}

}  // namespace zoo
