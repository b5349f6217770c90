// The kept index of a folder tree, as it is, and with the magic and the hash that would hide what lies behind
// them: what is accepted can be asked for every file, and comes back from its own file.
#include <string_view>

#include "tests/fuzz/fuzz.h"
#include "zoo/base/sha256.h"
#include "zoo/datasets/folders/index_file.h"

namespace {

using zoo::fuzz::require;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string whole_file(std::string_view lists) {
  std::string file(reinterpret_cast<const char*>(&zoo::kIndexMagic), sizeof zoo::kIndexMagic);
  file += lists;
  return file + zoo::sha256_hex(bytes_of(file));
}

std::string written(const std::string& root, const zoo::FolderTree& tree) {
  std::string file;
  zoo::write_index(root, tree, [&](std::span<const std::byte> bytes) {
    file.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  });
  return file;
}

void read(const std::string& file) {
  zoo::IndexReader reader(bytes_of(file));
  const std::string root = reader.root();
  std::vector<zoo::VisitedFolder> folders = reader.folders();
  zoo::FolderTree tree = reader.tree();
  tree.folders = std::move(folders);
  require(tree.files.size() > 0, "an index of nothing");
  for (int64_t i = 0; i < tree.files.size(); ++i) {
    const std::string path = tree.files.path(i);
    require(path.size() > 2 && path.find('/') != std::string::npos, "a file without a name");
    require(tree.files.label(i) >= 0 && tree.files.label(i) < static_cast<int64_t>(tree.classes.size()),
            "a label of no class");
  }
  require(written(root, tree) == file, "another index");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  zoo::fuzz::attempt([&] { read(input); });
  zoo::fuzz::attempt([&] { read(whole_file(input)); });
  return 0;
}
