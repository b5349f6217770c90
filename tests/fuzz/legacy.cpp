#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  zoo::fuzz::attempt_reader(zoo::read_torch_legacy, std::as_bytes(std::span(data, size)));
  return 0;
}
