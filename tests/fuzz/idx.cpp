// MNIST's files: pictures and their labels, as they are or packed, with or without names of the classes.
#include "tests/datasets/folder.h"
#include "tests/fuzz/dataset_checks.h"
#include "tests/fuzz/input_parts.h"

namespace {

const zoo::test::Folder& folder(bool names_classes) {
  static const zoo::test::Folder plain, named;
  if (names_classes) named.write("classes.txt", "ant\nbee\ncow\n");
  return names_classes ? named : plain;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const zoo::fuzz::InputParts input = zoo::fuzz::parts_of({data, size});
  const zoo::test::Folder& place = folder(input.choice % 2 == 1);
  place.write("x-images-idx3-ubyte", input.first);
  place.write("x-labels-idx1-ubyte", input.second);
  zoo::fuzz::attempt(
      [&] {
        zoo::fuzz::check_dataset(*zoo::open_idx(place.path()), [](const std::string&) { return true; });
      },
      zoo::fuzz::kDataBlame);
  return 0;
}
