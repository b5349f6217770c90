// torch.save's tar files of 2017 (torch 0.1): "storages" has the bytes, "tensors" the shapes of views into
// them, "pickle" the object, which names tensors by their keys. Reference: torch 2.13,
// torch/serialization.py, legacy_load.
#include <algorithm>
#include <map>
#include <string>

#include "zoo/archive/tar.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/checkpoint/contents.h"
#include "zoo/checkpoint/pickle/pickle_arguments.h"
#include "zoo/checkpoint/pickle/pickle_sequence.h"
#include "zoo/checkpoint/torch/torch_objects.h"
#include "zoo/checkpoint/torch/torch_storage_class.h"

namespace zoo {
namespace {

constexpr int64_t kMaxParts = 100'000;  // tensors or storages

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what, "Download the file again.");
}

// Keys are addresses in the process that wrote the file: integers, in the object their digits.
std::string key_of(const Value& value) {
  if (const int64_t* number = value.as_int()) return std::to_string(*number);
  return short_text(value, "a key");
}

const std::vector<Value>& items_of(const Value& value, size_t count, const char* what) {
  const auto* items = value.as_sequence();
  if (items == nullptr || items->size() != count)
    fail(std::string(what) + " is no tuple of " + std::to_string(count));
  return *items;
}

int64_t read_count(PickleSequence& pickles, const char* what) {
  PickleHost plain;
  const int64_t count = natural(pickles.next(what, plain).root, what);
  if (count > kMaxParts) fail(std::string(what) + " is " + std::to_string(count));
  return count;
}

// "torch.FloatStorage", "torch.cuda.FloatTensor"
DType dtype_of(const Value& type, std::string_view ending) {
  const std::string* name = global_name(type);
  if (name != nullptr && name->starts_with("torch.") && name->ends_with(ending)) {
    const std::string_view kind = std::string_view(*name).substr(name->rfind('.') + 1);
    const std::string storage = std::string(kind.substr(0, kind.size() - ending.size())) + "Storage";
    if (const auto dtype = storage_class_dtype(storage)) return *dtype;
  }
  throw Error(ErrorCode::unsupported, {}, "tensors of the class '" + (name ? excerpt(*name) : "?") + "'");
}

struct TarStorage {
  std::string key, device;
  DType dtype = DType::f32;
  int64_t offset = 0, count = 0;  // in elements of `bytes`: a view of another storage begins later
  ByteSpan bytes = {};
};
using Storages = std::map<std::string, TarStorage, std::less<>>;

// Fewer than there are where the member is cut off.
Storages read_storages(const TarMember& member, std::set<Global>& globals) {
  const bool cut = member.data.size() < member.size;
  PickleSequence pickles(member.data, globals);
  PickleHost plain;
  Storages storages;
  try {
    for (int64_t left = read_count(pickles, "the number of storages"); left > 0; --left) {
      const Value head = pickles.next("storage", plain).root;
      const auto& items = items_of(head, 3, "a storage's head");
      TarStorage storage{.key = key_of(items[0]), .device = short_text(items[1], "a storage's device")};
      storage.dtype = dtype_of(items[2], "Storage");
      storage.count = pickles.number<int64_t>("storage");
      const int64_t item = item_size(storage.dtype);
      if (storage.count < 0 || storage.count > INT64_MAX / item)
        fail("storage " + excerpt(storage.key) + " has " + std::to_string(storage.count) + " elements");
      storage.bytes = pickles.take(static_cast<uint64_t>(storage.count * item), "storage");
      if (!storages.emplace(storage.key, storage).second)
        fail("storage " + excerpt(storage.key) + " occurs twice");
    }
    const Value views = pickles.next("storage views", plain).root;
    if (views.as_sequence() == nullptr) fail("the storage views are no list");
    for (const Value& view : *views.as_sequence()) {
      const auto& items = items_of(view, 4, "a storage view");
      const auto root = storages.find(key_of(items[1]));
      if (root == storages.end()) fail("a view of a storage that is not there");
      TarStorage storage = root->second;
      const int64_t offset = natural(items[2], "a storage view's offset");
      storage.count = natural(items[3], "a storage view's size");
      if (offset > root->second.count || storage.count > root->second.count - offset)
        fail("a view exceeds storage " + excerpt(root->first));
      storage.offset += offset;
      storages.emplace(key_of(items[0]), std::move(storage));
    }
  } catch (const Error&) {
    if (!cut) throw;
    return storages;
  }
  if (!cut && pickles.left() > 0) fail(std::to_string(pickles.left()) + " bytes follow the storages");
  return storages;
}

// Where the file is cut off, a tensor without its storage lists its shape.
using Tensors = std::map<std::string, Value, std::less<>>;
Tensors read_tensors(const TarMember& member, const Storages& storages, const FileBytes& file,
                     uint64_t storage_bytes, bool cut, std::set<Global>& globals) {
  PickleSequence pickles(member.data, globals);
  PickleHost plain;
  ExpansionLimit expansion;
  Tensors tensors;
  for (int64_t left = read_count(pickles, "the number of tensors"); left > 0; --left) {
    const Value head = pickles.next("tensor", plain).root;
    const auto& items = items_of(head, 3, "a tensor's head");
    TensorView tensor;
    tensor.dtype = dtype_of(items[2], "Tensor");
    const auto dims = pickles.number<int32_t>("tensor");
    if (dims < 0 || dims > static_cast<int32_t>(kMaxDims))
      fail("a tensor of " + std::to_string(dims) + " dimensions");
    pickles.take(4, "tensor");
    for (std::vector<int64_t>* numbers : {&tensor.shape, &tensor.strides}) {
      for (int32_t i = 0; i < dims; ++i) {
        numbers->push_back(pickles.number<int64_t>("tensor"));
        if (numbers->back() < 0) fail("a tensor with a negative size or stride");
      }
    }
    const auto offset = pickles.number<int64_t>("tensor");
    if (offset < 0) fail("a tensor with a negative offset");
    tensor.storage_key = key_of(items[1]);
    const auto found = storages.find(tensor.storage_key);
    if (found == storages.end()) {
      if (!cut) fail("storage " + excerpt(tensor.storage_key) + " is not in the file");
      tensor.offset = offset;
      const auto most = static_cast<int64_t>(std::min<uint64_t>(storage_bytes, INT64_MAX));
      check_extent(tensor, offset, most / item_size(tensor.dtype));
      expansion.charge(tensor, most);
    } else {
      const TarStorage& storage = found->second;
      if (storage.dtype != tensor.dtype) fail("a tensor has another dtype than its storage");
      check_extent(tensor, offset, storage.count);
      expansion.charge(tensor, static_cast<int64_t>(storage.bytes.size()));
      tensor.offset = tensor.numel() == 0 ? 0 : storage.offset + offset;
      tensor.storage_key = storage.key;
      tensor.storage = storage.bytes;
      tensor.owner = file.owner;
    }
    tensor.device = found == storages.end() ? "cpu" : found->second.device;
    if (!tensors.emplace(key_of(items[0]), std::move(tensor)).second) fail("a tensor's key occurs twice");
  }
  if (pickles.left() > 0) fail(std::to_string(pickles.left()) + " bytes follow the tensors");
  return tensors;
}

// Knows the tensors by the keys that the object has in their place.
class TarObjects : public TorchObjects {
 public:
  explicit TarObjects(const Tensors& tensors) : tensors_(tensors) {}

  Value persistent(const Value& id) override {
    if (const Tuple* container = id.as_tuple(); container != nullptr && !container->items.empty())
      return container->items[0];  // (class, source file, source)
    const auto found = tensors_.find(key_of(id));
    if (found == tensors_.end()) fail("the object has a tensor that is not in the file");
    return found->second;
  }

 private:
  const Tensors& tensors_;
};

const TarMember& member(const std::vector<TarMember>& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, &TarMember::name);
  if (found != members.end()) return *found;
  std::vector<std::string> names;
  for (size_t i = 0; i < members.size() && i < 4; ++i)
    names.push_back("'" + excerpt(members[i].name, 60) + "'");
  throw Error(ErrorCode::unsupported, {},
              "a tar archive that holds " + (names.empty() ? "nothing" : join(names, ", ")) +
                  (members.size() > names.size() ? ", ..." : "") + " and no '" + std::string(name) +
                  "', so it is no checkpoint of torch 0.1",
              "If a checkpoint is packed into it, unpack it with 'tar xf' and open that.");
}

}  // namespace

Contents read_torch_tar(const FileBytes& file, const OpenOptions& options) {
  const std::vector<TarMember> members = read_tar(file.bytes);
  const TarMember &system = member(members, "sys_info"), &object = member(members, "pickle"),
                  &heads = member(members, "tensors"), &data = member(members, "storages");
  PickleHost plain;
  std::set<Global> globals;
  check_byte_order(PickleSequence(system.data, globals).next("sys_info", plain).root);

  std::string truncation;
  for (const TarMember& part : members) {
    if (part.data.size() == part.size) continue;
    const auto header = static_cast<uint64_t>(part.data.data() - file.bytes.data());
    if (part.size > UINT64_MAX - header) fail("a tar member that is too large");
    truncation = cut_off(header + part.size, true, file.bytes.size(), options);
  }
  const Storages storages = read_storages(data, globals);
  const Tensors tensors = read_tensors(heads, storages, file, data.size, !truncation.empty(), globals);
  TarObjects objects(tensors);
  Pickle pickle = PickleSequence(object.data, globals).next("pickle", objects);
  return {Format::tar, std::move(pickle.root), {}, std::move(globals), std::move(truncation)};
}

}  // namespace zoo
