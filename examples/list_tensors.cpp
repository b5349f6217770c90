// What is in a checkpoint of any known format; no LibTorch, nothing is executed: list_tensors FILE
#include <cstdio>
#include <exception>

#include <zoo/checkpoint/checkpoint.h>
#include <zoo/base/text.h>

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  const auto checkpoint = zoo::Checkpoint::open(argv[1]);
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    const std::string type(zoo::to_string(tensor.dtype));
    std::printf("%-8s %-20s %s\n", type.c_str(), zoo::shape_text(tensor.shape).c_str(), name.c_str());
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
