// Writes a checkpoint's tensors once for each line on stdin and prints how long it took;
// bench/checkpoint_write.py drives it.
//   bench_checkpoint_write IN OUT      a .pth, or safetensors if OUT ends so
#include <chrono>
#include <iostream>
#include <string>

#include "zoo/checkpoint/checkpoint.h"

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::string out = arguments[2];
  const auto checkpoint = zoo::Checkpoint::open(arguments[1]);
  const auto tensors = owned_copies(checkpoint.tensors());
  for (std::string line; std::getline(std::cin, line);) {
    const auto start = std::chrono::steady_clock::now();
    if (out.ends_with(".safetensors")) {
      write_safetensors(out, tensors);
    } else {
      write_torch_zip(out, tensors);
    }
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
    std::cout << wall.count() << std::endl;
  }
  return 0;
}
