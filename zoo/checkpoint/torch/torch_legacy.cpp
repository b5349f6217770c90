// torch.save's files before 1.6 (and later with _use_new_zipfile_serialization=False): five pickles one after
// another (magic number, protocol version, system, object, storage keys), then for each key the element count
// and the bytes.
#include <algorithm>
#include <string>

#include "zoo/base/error.h"
#include "zoo/checkpoint/contents.h"
#include "zoo/checkpoint/pickle/pickle_sequence.h"
#include "zoo/checkpoint/sniff.h"
#include "zoo/checkpoint/torch/torch_objects.h"

namespace zoo {
namespace {

constexpr int64_t kProtocolVersion = 1001;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what, "Download the file again.");
}

// The storages in the order in which their bytes follow.
std::vector<const Storage*> order_storages(const TorchObjects& objects, const Value& keys) {
  const auto* items = keys.as_sequence();
  if (items == nullptr) fail("the list of storage keys is no list");
  std::map<std::string_view, const Storage*> by_key;
  for (const Storage& storage : objects.storages()) by_key[storage.key] = &storage;
  std::vector<const Storage*> ordered;
  for (const Value& item : *items) {
    const std::string* key = item.as_string();
    const auto found = key == nullptr ? by_key.end() : by_key.find(*key);
    if (found == by_key.end()) fail("the list of storage keys has one twice, or one that no tensor uses");
    ordered.push_back(found->second);
    by_key.erase(found);
  }
  if (!by_key.empty()) fail("storage '" + excerpt(by_key.begin()->first) + "' is not in the file");
  return ordered;
}

}  // namespace

Contents read_torch_legacy(const FileBytes& file, const OpenOptions& options) {
  PickleHost plain;
  TorchObjects objects;
  std::set<Global> globals;
  PickleSequence pickles(file.bytes, globals);
  if (!is_legacy_magic(pickles.next("magic number", plain).root)) fail("its magic number is wrong");
  const Value version = pickles.next("protocol version", plain).root;
  if (version.as_int() == nullptr || *version.as_int() != kProtocolVersion) {
    throw Error(ErrorCode::unsupported, {},
                "its protocol version is not " + std::to_string(kProtocolVersion));
  }
  check_byte_order(pickles.next("system description", plain).root);
  Pickle object = pickles.next("object", objects);
  const Pickle keys = pickles.next("storage keys", plain);

  const uint64_t found = file.bytes.size();
  uint64_t at = pickles.position();
  const std::vector<const Storage*> ordered = order_storages(objects, keys.root);
  const uint64_t expected = at + 8 * ordered.size() + static_cast<uint64_t>(objects.storage_bytes());
  for (const Storage* storage : ordered) {
    if (!fits(at, 8, found)) break;
    const auto count = load<int64_t>(file.bytes, at);
    if (count != storage->bytes / item_size(storage->dtype)) {
      fail("storage '" + excerpt(storage->key) + "' has " + std::to_string(count) +
           " elements, its tensors need " + std::to_string(storage->bytes / item_size(storage->dtype)));
    }
    if (!fits(at + 8, static_cast<uint64_t>(storage->bytes), found)) break;
    TorchObjects::attach(*storage, file.bytes.subspan(at + 8, static_cast<size_t>(storage->bytes)),
                         file.owner);
    at += 8 + static_cast<uint64_t>(storage->bytes);
  }
  if (found > expected) fail(std::to_string(found - expected) + " bytes follow the last tensor");
  std::string truncation = found < expected ? cut_off(expected, false, found, options) : std::string();
  return {Format::legacy, std::move(object.root), {}, std::move(globals), std::move(truncation)};
}

}  // namespace zoo
