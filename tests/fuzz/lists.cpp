// Lists of pictures and splits. The first byte chooses the format, and whether somebody has named the
// classes; the rest is the text.
#include <filesystem>
#include <string_view>

#include "tests/datasets/folder.h"
#include "tests/fuzz/dataset_checks.h"
#include "zoo/datasets/lists/listed_pictures.h"
#include "zoo/datasets/split.h"

namespace {

namespace fs = std::filesystem;
using Read = std::unique_ptr<zoo::Dataset> (*)(std::string_view, zoo::PictureList);

constexpr Read kReaders[] = {zoo::read_csv, zoo::read_json_lines, zoo::read_annotation_lines,
                             zoo::read_openmmlab_json};

// A list may name any file of this machine; the names in this empty folder are enough.
bool stays_inside(const std::string& name) {
  const fs::path path(name);
  return path.is_relative() && std::find(path.begin(), path.end(), "..") == path.end();
}

zoo::PictureList empty_list(bool names_classes) {
  static const zoo::test::Folder folder;
  zoo::PictureList list(folder.path() / "list", {});
  if (names_classes) list.name_classes({"ant", "bee", "0", "cow"});
  return list;
}

void read_list(Read read, bool names_classes, std::string_view text) {
  zoo::fuzz::attempt([&] { zoo::fuzz::check_dataset(*read(text, empty_list(names_classes)), stays_inside); },
                     zoo::fuzz::kDataBlame);
}

void read_split(std::string_view text) {
  const auto whole = [] { return zoo::read_csv("path,label\na,x\nb,y\nc,x\n", empty_list(false)); };
  zoo::fuzz::attempt(
      [&] {
        const auto divided = zoo::divide(whole(), zoo::read_split(text, "split.json"));
        zoo::fuzz::check_dataset(*divided, stays_inside);
      },
      zoo::fuzz::kDataBlame);
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t format = data[0] % 8;
  if (format < std::size(kReaders)) {
    read_list(kReaders[format], data[0] >= 128, text);
  } else {
    read_split(text);
  }
  return 0;
}
