// Opens a checkpoint once for each line on stdin and prints how long it took; bench/checkpoint_open.py drives
// it.
//   bench_checkpoint_open FILE views|checked|owned
// views: the tensors as views, without CRC; checked: with CRC; owned: with CRC, every tensor copied into
// memory of its own.
#include <chrono>
#include <iostream>
#include <string>

#include "zoo/checkpoint/checkpoint.h"

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::string mode = arguments[2];
  for (std::string line; std::getline(std::cin, line);) {
    const auto start = std::chrono::steady_clock::now();
    const auto checkpoint = zoo::Checkpoint::open(arguments[1], {.check_crc = mode != "views"});
    std::vector<zoo::NamedTensor> copies;
    if (mode == "owned") copies = owned_copies(checkpoint.tensors());
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
    std::cout << wall.count() << std::endl;
  }
  return 0;
}
