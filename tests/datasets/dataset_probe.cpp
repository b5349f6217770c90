// Prints a data set for compare_datasets.py: its classes, then a line for each sample: part, labels, name,
// SHA-256 of its bytes or pixels. Arguments: the path, then the options root=DIR and classes=FILE.
#include <iostream>
#include <string_view>

#include "zoo/base/error.h"
#include "zoo/base/sha256.h"
#include "zoo/datasets/dataset.h"

namespace {

void print(const zoo::Dataset& dataset) {
  for (const std::string& name : dataset.classes()) std::cout << "class\t" << name << '\n';
  for (int64_t i = 0; i < dataset.size(); ++i) {
    std::cout << "sample\t"
              << (dataset.part(i) < 0 ? "" : dataset.parts()[static_cast<size_t>(dataset.part(i))]) << '\t';
    const char* separator = "";
    for (const int32_t label : dataset.labels(i)) {
      std::cout << separator << label;
      separator = ",";
    }
    const zoo::StoredPicture picture = dataset.fetch(i);
    const auto* image = std::get_if<zoo::Image>(&picture);
    const auto bytes = image != nullptr ? std::as_bytes(std::span(image->pixels))
                                        : std::get<zoo::EncodedPicture>(picture).bytes;
    std::cout << '\t' << dataset.name(i) << '\t' << zoo::sha256_hex(bytes) << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  zoo::DatasetOptions options;
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("root=")) options.picture_root = argument.substr(5);
    if (argument.starts_with("classes=")) options.classes_file = argument.substr(8);
  }
  try {
    if (argc > 1) print(*zoo::open_dataset(argv[1], options));
  } catch (const zoo::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
