// fetch_once URL SHA256 BYTES FOLDER [N]: gets one file, for tests that kill it. It prints a line whenever it
// tells its progress, and kills itself at its N-th change of a file.
#include <exception>
#include <iostream>
#include <string>

#include "tests/base/failing_system.h"
#include "zoo/fetch/fetch.h"

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) return 2;
  zoo::WeightRecord record;
  record.name = "resnet18.test";
  record.files.push_back({.urls = {argv[1]},
                          .name = "w.pth",
                          .sha256 = argv[2],
                          .sha256_prefix = {},
                          .bytes = std::stoll(argv[3]),
                          .format = {},
                          .layout = "torchvision"});
  try {
    if (argc == 6) zoo::test::kill_at_change(std::stoi(argv[5]));
    zoo::fetch(record, {.directory = argv[4],
                        .progress = [](int64_t received, int64_t) { std::cout << received << std::endl; },
                        .network = {.first_pause_ms = 1}});
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
