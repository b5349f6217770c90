// Reference: torch 2.13, torch/_weights_only_unpickler.py (what may be in it), torch/_utils.py (how tensors
// are rebuilt).
#include "zoo/checkpoint/torch/torch_pickle_write.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>

#include "zoo/base/error.h"
#include "zoo/checkpoint/pickle/pickle_text.h"
#include "zoo/checkpoint/pickle/pickle_writer.h"
#include "zoo/checkpoint/torch/torch_storage_class.h"
#include "zoo/checkpoint/value_tree.h"

namespace zoo {
namespace {

// What torch.load(weights_only=True) calls by itself, besides what tensors need.
constexpr std::array<std::string_view, 5> kCallable{"torch.device", "__builtin__.set", "__builtin__.complex",
                                                    "__builtin__.bytearray", "collections.Counter"};
constexpr size_t kMaxIntegerBytes = 255;

class ObjectWriter {
 public:
  void write(const Value& value);
  TorchPickle finish() && { return {std::move(out_).finish(), std::move(storages_)}; }
  const std::string& place() const { return place_; }

 private:
  void write_text(const std::string& text);
  void write_dict(const Dict& dict, const void* identity);
  void write_empty_ordered_dict();
  void write_quantizer(const Quantizer& quantizer);
  void write_items(const std::vector<Value>& items);
  void write_opaque(const Opaque& opaque);
  void write_tensor(const TensorView& tensor);
  void write_storage(const TensorView& tensor, std::string_view class_name);
  void write_numbers(const std::vector<int64_t>& numbers);
  void write_global(std::string_view full_name);
  void write_member(const std::string& part, const Value& value);

  PickleWriter out_;
  std::vector<ByteSpan> storages_;
  // What a storage is known by: where its bytes are, and the class, as torch keeps one class a storage.
  std::map<std::tuple<const std::byte*, size_t, std::string, std::string_view>, size_t> keys_;
  std::string place_;
  int depth_ = 0;
};

void ObjectWriter::write_global(std::string_view full_name) {
  const size_t dot = full_name.rfind('.');
  out_.global(full_name.substr(0, dot), full_name.substr(dot + 1));
}

void ObjectWriter::write_text(const std::string& text) {
  if (!is_utf8(text)) throw Error(ErrorCode::unsupported, {}, "a text is not UTF-8");
  out_.text(text);
}

void ObjectWriter::write_member(const std::string& part, const Value& value) {
  const size_t length = place_.size();
  place_ += part;
  write(value);
  place_.resize(length);
}

void ObjectWriter::write_dict(const Dict& dict, const void* identity) {
  if (dict.ordered) {
    write_empty_ordered_dict();
  } else {
    out_.empty_dict();
  }
  out_.remember(identity);
  if (!dict.empty()) {
    out_.mark();
    for (const auto& [key, value] : dict) {
      write(key);
      write_member((place_.empty() ? "" : ".") + key_text(key), value);
    }
    out_.set_items();
  }
  if (dict.ordered && !dict.attributes.is_none()) {
    write_member(" attributes", dict.attributes);
    out_.build();
  }
}

void ObjectWriter::write_empty_ordered_dict() {
  out_.global("collections", "OrderedDict");
  out_.empty_tuple();
  out_.call();
}

// The scheme and its numbers, as torch._utils._rebuild_qtensor takes them.
void ObjectWriter::write_quantizer(const Quantizer& quantizer) {
  out_.mark();
  if (quantizer.scales == nullptr || quantizer.zero_points == nullptr) {
    out_.global("torch", "per_tensor_affine");
    out_.real(quantizer.scale);
    out_.integer(quantizer.zero_point);
  } else {
    const bool floats = quantizer.zero_points->dtype == DType::f32;
    out_.global("torch", floats ? "per_channel_affine_float_qparams" : "per_channel_affine");
    write_tensor(*quantizer.scales);
    write_tensor(*quantizer.zero_points);
    out_.integer(quantizer.axis);
  }
  out_.tuple();
}

void ObjectWriter::write_items(const std::vector<Value>& items) {
  for (size_t i = 0; i < items.size(); ++i) write_member('[' + std::to_string(i) + ']', items[i]);
}

void ObjectWriter::write_numbers(const std::vector<int64_t>& numbers) {
  out_.mark();
  for (const int64_t number : numbers) out_.integer(number);
  out_.tuple();
}

void ObjectWriter::write_storage(const TensorView& tensor, std::string_view class_name) {
  const bool untyped = class_name == "UntypedStorage";
  const auto [found, is_new] =
      keys_.try_emplace({tensor.storage.data(), tensor.storage.size(),
                         tensor.storage.empty() ? tensor.storage_key : "", class_name},
                        storages_.size());
  if (is_new) storages_.push_back(tensor.storage);
  const auto size = static_cast<int64_t>(tensor.storage.size());
  out_.mark();
  out_.text("storage");
  out_.global(untyped ? "torch.storage" : "torch", class_name);
  out_.text(std::to_string(found->second));
  out_.text("cpu");
  out_.integer(untyped ? size : size / item_size(tensor.dtype));
  out_.tuple();
  out_.persistent_id();
}

void ObjectWriter::write_tensor(const TensorView& tensor) {
  tensor.check_data();
  const std::string_view typed = storage_class(tensor.dtype);
  // A storage that is not whole elements long has several tensors of different dtypes, and is untyped.
  const bool whole = static_cast<int64_t>(tensor.storage.size()) % item_size(tensor.dtype) == 0;
  const bool untyped = typed.empty() || !whole;
  const bool quantized =
      tensor.dtype == DType::qi8 || tensor.dtype == DType::qu8 || tensor.dtype == DType::qi32;
  if (quantized && (tensor.quantizer == nullptr || !whole))
    throw Error(ErrorCode::unsupported, {}, "a quantized tensor without its scale");
  const Quantizer* quantizer = tensor.quantizer.get();
  out_.global("torch._utils", quantizer != nullptr ? "_rebuild_qtensor"
                              : untyped            ? "_rebuild_tensor_v3"
                                                   : "_rebuild_tensor_v2");
  out_.mark();
  write_storage(tensor, untyped ? "UntypedStorage" : typed);
  out_.integer(tensor.offset);
  write_numbers(tensor.shape);
  write_numbers(tensor.strides);
  if (quantizer != nullptr) write_quantizer(*quantizer);
  out_.boolean(false);         // requires_grad
  write_empty_ordered_dict();  // hooks
  if (untyped) out_.global("torch", to_string(tensor.dtype));
  out_.tuple();
  out_.call();
}

void ObjectWriter::write_opaque(const Opaque& opaque) {
  // Protocol 2 has Python 2's names.
  const bool builtin = opaque.class_name.starts_with("builtins.");
  const std::string name = builtin ? "__builtin__" + opaque.class_name.substr(8) : opaque.class_name;
  const Tuple* args = opaque.args.as_tuple();
  if (args == nullptr && name.starts_with("torch.") && find_dtype(std::string_view(name).substr(6))) {
    write_global(name);
    return;
  }
  if (name == "__builtin__.int" && args != nullptr && args->items.size() == 1) {
    const std::string* digits = args->items.front().as_string();
    const std::string bytes = digits == nullptr ? "" : integer_bytes(*digits);
    if (!bytes.empty() && bytes.size() <= kMaxIntegerBytes) return out_.integer(bytes);
  }
  const bool plain = args != nullptr && opaque.state.is_none() && opaque.items.is_none();
  if (!plain || std::ranges::find(kCallable, name) == kCallable.end()) {
    throw Error(ErrorCode::unsupported, {},
                "an object of the class '" + excerpt(name) + "', which torch.load(weights_only=True) refuses",
                "Write the tensors alone.");
  }
  write_global(name);
  out_.mark();
  write_items(args->items);
  out_.tuple();
  out_.call();
}

void ObjectWriter::write(const Value& value) {
  if (value.is_none()) return out_.none();
  if (const bool* flag = value.as_bool()) return out_.boolean(*flag);
  if (const int64_t* number = value.as_int()) return out_.integer(*number);
  if (const double* number = value.as_double()) return out_.real(*number);
  if (const std::string* text = value.as_string()) return write_text(*text);
  if (const Bytes* bytes = value.as_bytes()) return out_.bytes(bytes->data);

  const void* identity = std::visit(
      []<class T>(const T& data) -> const void* {
        if constexpr (requires { data.get(); }) return data.get();
        return nullptr;
      },
      value.data());
  if (out_.recall(identity)) return;
  if (++depth_ > kMaxDepth) {
    throw Error(ErrorCode::unsupported, {},
                "objects are nested more than " + std::to_string(kMaxDepth) + " deep");
  }
  if (const Dict* dict = value.as_dict()) {
    write_dict(*dict, identity);
  } else if (const List* list = value.as_list()) {
    out_.empty_list();
    out_.remember(identity);
    out_.mark();
    write_items(list->items);
    out_.append_items();
  } else if (const Tuple* tuple = value.as_tuple()) {
    out_.mark();
    write_items(tuple->items);
    out_.tuple();
    out_.remember(identity);
  } else if (const TensorView* tensor = value.as_tensor()) {
    write_tensor(*tensor);
    out_.remember(identity);
  } else if (const Opaque* opaque = value.as_opaque()) {
    write_opaque(*opaque);
    out_.remember(identity);
  }
  --depth_;
}

}  // namespace

TorchPickle write_torch_pickle(const Value& root) {
  ObjectWriter writer;
  try {
    writer.write(root);
  } catch (const Error& error) {
    throw Error(error.code(), writer.place().empty() ? "" : "'" + excerpt(writer.place()) + "'",
                error.what());
  }
  return std::move(writer).finish();
}

}  // namespace zoo
