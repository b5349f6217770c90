// CIFAR's files: batches of both versions with the names beside them, and the archive as it is published. The
// first byte chooses which.
#include <array>

#include "tests/datasets/folder.h"
#include "tests/fuzz/dataset_checks.h"
#include "tests/fuzz/input_parts.h"

namespace {

using Open = std::unique_ptr<zoo::Dataset> (*)(const std::filesystem::path&);

std::unique_ptr<zoo::Dataset> open_archive(const std::filesystem::path& folder) {
  return zoo::open_cifar_python(folder / "cifar.tar.gz");
}

struct Kind {
  const char* first;
  const char* second;  // nullptr: the first file is all
  Open open;
};
constexpr std::array kKinds{Kind{"x.bin", nullptr, zoo::open_cifar_binary},
                            Kind{"x.bin", "batches.meta.txt", zoo::open_cifar_binary},
                            Kind{"x.bin", "fine_label_names.txt", zoo::open_cifar_binary},
                            Kind{"data_batch_1", "batches.meta", zoo::open_cifar_python},
                            Kind{"train", "meta", zoo::open_cifar_python},
                            Kind{"data_batch_1", "test_batch", zoo::open_cifar_python},
                            Kind{"cifar.tar.gz", nullptr, open_archive}};

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::array<zoo::test::Folder, kKinds.size()> folders;
  const zoo::fuzz::InputParts input = zoo::fuzz::parts_of({data, size});
  const size_t number = input.choice % kKinds.size();
  const Kind& kind = kKinds[number];
  const zoo::test::Folder& folder = folders[number];
  folder.write(kind.first, kind.second == nullptr ? input.first + input.second : input.first);
  if (kind.second != nullptr) folder.write(kind.second, input.second);
  zoo::fuzz::attempt(
      [&] { zoo::fuzz::check_dataset(*kind.open(folder.path()), [](const std::string&) { return true; }); },
      zoo::fuzz::kDataBlame);
  return 0;
}
