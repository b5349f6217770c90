#include "zoo/checkpoint/shard_index.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const zoo::ByteSpan bytes = std::as_bytes(std::span(data, size));
  zoo::fuzz::attempt([&] { zoo::parse_shard_index(bytes); });
  return 0;
}
