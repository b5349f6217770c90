// Makes a model ready for inference from a checkpoint, once for each line on stdin; bench/model_load.py
// drives it.
//   bench_model_load ARCH FILE [channels_last]
// answers how long that took, in milliseconds, and by how many bytes the process's anonymous memory stood
// above what it was at the start while the model was there.
#include <chrono>
#include <fstream>
#include <iostream>
#include <string>

#include "zoo/arch/arch.h"
#include "zoo/models/load.h"
#include "zoo/models/resnet.h"

namespace {

int64_t anonymous_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kib = 0;
    if (word == "RssAnon:" && status >> kib) return kib * 1024;
  }
  return 0;
}

zoo::ResNet ready_model(const std::string& arch, const std::string& file, bool channels_last) {
  const auto checkpoint = zoo::Checkpoint::open(file);
  zoo::ResNet model(zoo::get_arch(arch), zoo::ResNetOptions{.initialise = false});
  load(model, checkpoint);
  model->eval();
  if (channels_last) model->to_channels_last();
  return model;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  const int64_t at_start = anonymous_bytes();
  for (std::string line; std::getline(std::cin, line);) {
    const auto start = std::chrono::steady_clock::now();
    const zoo::ResNet model = ready_model(arguments[1], arguments[2], count > 3);
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
    std::cout << wall.count() << ' ' << anonymous_bytes() - at_start << std::endl;
  }
  return 0;
}
