// fetch_once URL SHA256 BYTES FOLDER: gets one file, for tests that kill it.
#include <exception>
#include <iostream>
#include <string>

#include "zoo/core/cache.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
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
    zoo::fetch(record, {.directory = argv[4], .network = {.first_pause_ms = 1}});
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
