// The pickle machine with the meaning that torch's classes have; storages of the size that the pickle says
// stand in for the bytes that a container would bring.
#include "tests/fuzz/fuzz.h"
#include "zoo/checkpoint/torch/torch_objects.h"
#include "zoo/checkpoint/value_tree.h"

namespace {

constexpr int64_t kMaxStorage = 1 << 16;  // bytes; tensors of larger ones stay without

void read(zoo::ByteSpan bytes) {
  zoo::TorchObjects objects;
  const zoo::Pickle pickle = zoo::read_pickle(bytes, objects);
  for (const zoo::Storage& storage : objects.storages()) {
    if (storage.bytes > kMaxStorage) continue;
    const auto block = std::make_shared<const std::vector<std::byte>>(static_cast<size_t>(storage.bytes));
    zoo::TorchObjects::attach(storage, *block, block);
  }
  std::vector<zoo::NamedTensor> tensors;
  zoo::flatten(pickle.root, "", tensors);
  zoo::fuzz::copy_tensors(tensors);
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  zoo::fuzz::attempt([&] { read(std::as_bytes(std::span(data, size))); });
  return 0;
}
