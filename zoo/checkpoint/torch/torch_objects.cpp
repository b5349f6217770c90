#include "zoo/checkpoint/torch/torch_objects.h"

#include <algorithm>

#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/numpy_values.h"
#include "zoo/checkpoint/pickle/pickle_arguments.h"
#include "zoo/checkpoint/pickle/pickle_text.h"
#include "zoo/checkpoint/torch/torch_compound.h"
#include "zoo/checkpoint/torch/torch_storage_class.h"

namespace zoo {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

DType storage_dtype(const Value& type) {
  const std::string* name = global_name(type);
  if (name == nullptr) fail("a storage without its class");
  const std::string_view last = std::string_view(*name).substr(name->rfind('.') + 1);
  const std::optional<DType> dtype = storage_class_dtype(last);
  if (dtype && name->starts_with("torch.")) return *dtype;
  throw Error(ErrorCode::unsupported, {}, "storages of the class '" + excerpt(*name) + "'");
}

// "torch.float8_e4m3fn"
DType parse_dtype(const Value& value) {
  const std::string* name = global_name(value);
  if (name != nullptr && name->starts_with("torch.")) {
    if (const auto dtype = find_dtype(std::string_view(*name).substr(6))) return *dtype;
  }
  throw Error(ErrorCode::unsupported, {}, "tensors of the dtype '" + (name ? excerpt(*name) : "?") + "'");
}

// OrderedDict([(key, value), ...]), as Python 2 writes it; a mapping is copied.
Dict make_dict(const std::vector<Value>& args) {
  Dict dict;
  if (args.empty()) return dict;
  if (const Dict* members = args.front().as_dict()) return *members;
  const auto* pairs = args.front().as_sequence();
  if (pairs == nullptr) fail("a dict is made from something that is no list of pairs");
  for (const Value& pair : *pairs) {
    const auto* items = pair.as_sequence();
    if (items == nullptr || items->size() != 2)
      fail("a dict is made from something that is no list of pairs");
    dict.emplace_back((*items)[0], (*items)[1]);
  }
  return dict;
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
  const std::string kind = short_text(items[0], "the kind of a persistent id");
  if (kind == "module" && items.size() >= 2) return items[1];
  if (kind != "storage" || items.size() < 5)
    fail("a persistent id of the unknown kind '" + excerpt(kind) + "'");

  TensorView whole;
  whole.dtype = storage_dtype(items[1]);
  whole.storage_key = short_text(items[2], "a storage's key");
  whole.device = short_text(items[3], "a storage's device");
  const int64_t count = natural(items[4], "a storage's size");
  whole.shape = {count};
  whole.strides = {1};
  check_extent(whole, 0, count);

  const auto [found, is_new] = index_.try_emplace(whole.storage_key, storages_.size());
  if (is_new) storages_.push_back({whole.storage_key, whole.bytes(), whole.dtype, {}});
  const size_t index = found->second;
  // Python takes the first for all.
  if (storages_[index].dtype != whole.dtype || views_.contains(whole.storage_key))
    fail("storage '" + excerpt(whole.storage_key) + "' is of two kinds");
  if (storages_[index].bytes != whole.bytes()) {
    fail("storage '" + excerpt(whole.storage_key) + "' has " + std::to_string(whole.bytes()) +
         " bytes here, " + std::to_string(storages_[index].bytes) + " elsewhere");
  }
  if (items.size() > 5 && !items[5].is_none()) {  // legacy files: (view's key, offset, size), in elements
    const Tuple* view = items[5].as_tuple();
    if (view == nullptr || view->items.size() != 3) fail("a storage view that is no tuple of three");
    whole.offset = natural(view->items[1], "a storage view's offset");
    whole.shape = {natural(view->items[2], "a storage view's size")};
    check_extent(whole, whole.offset, count);
    const std::tuple place{index, whole.offset, whole.shape[0]};
    const auto [known, is_new_view] =
        views_.try_emplace(short_text(view->items[0], "a storage view's key"), place);
    if (known->second != place || index_.contains(known->first))
      fail("storage view '" + excerpt(known->first) + "' is at two places");
  }
  return add(index, std::move(whole));
}

// args: storage, offset, size, strides, quantizer, ...
Value TorchObjects::rebuild_quantized(const std::vector<Value>& args) {
  const Value plain = rebuild_tensor(args, std::nullopt);
  const auto tensor = storages_[index_.find(plain.as_tensor()->storage_key)->second].tensors.back();
  tensor->quantizer = read_quantizer(argument(args, 4), *tensor);
  return plain;
}

// args: storage, offset, size, strides, ...
Value TorchObjects::rebuild_tensor(const std::vector<Value>& args, std::optional<DType> dtype) {
  const TensorView* storage = argument(args, 0).as_tensor();
  if (storage == nullptr || storage->shape.size() != 1)
    fail("a tensor is rebuilt from something that is no storage");
  TensorView tensor = *storage;
  const int64_t offset = natural(argument(args, 1), "a tensor's offset");
  tensor.shape = naturals(argument(args, 2), "a tensor's shape");
  tensor.strides = naturals(argument(args, 3), "a tensor's strides");
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
  expansion_.charge(tensor, storage->bytes());
  if (count != 0) tensor.offset += offset;
  const auto index = index_.find(tensor.storage_key);
  if (index == index_.end()) fail("a tensor is rebuilt from something that is no storage");
  return add(index->second, std::move(tensor));
}

namespace {

// A dict, or a pair of it and of what stands in slots.
void require_attributes(const Value& state) {
  const Tuple* pair = state.as_tuple();
  if (pair == nullptr) return require_attributes_alone(state);
  for (const Value& part : pair->items) require_attributes_alone(part);
}

// "neg" and "conj": the numbers in the storage are not the tensor's.
void require_no_flags(const Value& metadata) {
  const Dict* flags = metadata.as_dict();
  if (metadata.is_none() || (flags != nullptr && flags->empty())) return;
  throw Error(ErrorCode::unsupported, {}, "a tensor that is a lazy negative or conjugate of its storage",
              "Call resolve_neg().resolve_conj() on it in Python and save it again.");
}

}  // namespace

std::optional<Value> TorchObjects::call(const std::string& name, const std::vector<Value>& args) {
  if (name == "torch._utils._rebuild_tensor" || name == "torch._utils._rebuild_tensor_v2") {
    constexpr size_t kMetadata = 6;
    if (args.size() > kMetadata) require_no_flags(args[kMetadata]);
    return rebuild_tensor(args, std::nullopt);
  }
  if (name == "torch._utils._rebuild_qtensor") return rebuild_quantized(args);
  if (name == "torch._utils._rebuild_sparse_tensor") return sparse_tensor(args);
  constexpr size_t kMetadataOfV3 = 7;
  if (name == "torch._utils._rebuild_tensor_v3" && args.size() > kMetadataOfV3)
    require_no_flags(args[kMetadataOfV3]);
  if (name == "torch._utils._rebuild_tensor_v3") return rebuild_tensor(args, parse_dtype(argument(args, 6)));
  if (name == "torch._utils._rebuild_parameter_with_state") {  // tensor, needs gradient, hooks, state
    require_attributes(argument(args, 3));
    return argument(args, 0);
  }
  if (name == "torch._utils._rebuild_parameter" || name == "torch.jit._pickle.restore_type_tag" ||
      name == "torch.jit._pickle.build_intlist" || name == "torch.jit._pickle.build_doublelist" ||
      name == "torch.jit._pickle.build_boollist" || name == "torch.jit._pickle.build_tensorlist") {
    return argument(args, 0);
  }
  // A tensor of a subclass: (function, class, arguments of the function, state)
  if (name == "torch._tensor._rebuild_from_type_v2" || name == "torch._tensor._rebuild_from_type") {
    const std::string* function = global_name(argument(args, 0));
    const Tuple* inner = argument(args, 2).as_tuple();
    if (function == nullptr || inner == nullptr || function->starts_with("torch._tensor."))
      fail("a bad tensor subclass");
    if (args.size() > 3) require_attributes(args[3]);
    return call(*function, inner->items);
  }
  constexpr std::string_view kUtils = "torch._utils";
  if ((name.starts_with("torch._utils._rebuild_") && name.rfind('.') == kUtils.size()) ||
      name == "torch.storage._load_from_bytes" || name == "torch.jit._pickle.build_tensor_from_id") {
    throw Error(ErrorCode::unsupported, {}, "a tensor made by '" + excerpt(name) + "'",
                "Save a state dict of plain dense tensors in Python and open that.");
  }
  if (name == "collections.OrderedDict") {
    Dict dict = make_dict(args);
    dict.ordered = true;
    return Value::dict(std::move(dict));
  }
  if (name == "collections.defaultdict") {
    return Value::dict(args.size() < 2 ? Dict() : make_dict({args[1]}));
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
  if (name == "numpy.core.numeric._frombuffer" || name == "numpy._core.numeric._frombuffer")
    return numpy_array(args, next_array_key());
  return std::nullopt;
}

std::optional<Value> TorchObjects::build(const Opaque& object, const Value& state) {
  if (object.class_name == "numpy.core.multiarray._reconstruct" ||
      object.class_name == "numpy._core.multiarray._reconstruct")
    return numpy_array_state(state, next_array_key());
  // torch 0.1: (tensor, gradient, hooks, needs gradient, volatile)
  const auto* items = state.as_sequence();
  const bool is_variable = object.class_name == "torch.nn.parameter.Parameter" ||
                           object.class_name == "torch.autograd.variable.Variable";
  constexpr size_t kItems = 5;
  if (is_variable && items != nullptr && items->size() == kItems && items->front().as_tensor() != nullptr)
    return items->front();
  if (is_variable) fail("sets the state of a parameter in a way that torch does not save it");
  return std::nullopt;
}

std::string TorchObjects::next_array_key() {
  return "numpy/" + std::to_string(arrays_++);
}

void ExpansionLimit::charge(const TensorView& tensor, int64_t storage_bytes) {
  const int64_t excess = std::max<int64_t>(0, tensor.bytes() - storage_bytes);
  expanded_bytes_ += std::min(excess, kMaxExpandedBytes + 1);
  if (excess > 0 && expanded_bytes_ > kMaxExpandedBytes) {
    fail("a tensor of the shape " + shape_text(tensor.shape) + " repeats a storage of only " +
         std::to_string(storage_bytes) + " bytes");
  }
}

void check_byte_order(const Value& system) {
  const Value* little = system.find("little_endian");
  if (little == nullptr || little->as_bool() == nullptr) fail("the file does not say its byte order");
  if (!*little->as_bool()) {
    throw Error(ErrorCode::unsupported, {}, "its tensors are big-endian",
                "Load and save it again in Python on a little-endian machine.");
  }
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
