// The cache of big folders' names.
#include "zoo/datasets/folders/index_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include <catch2/catch.hpp>

#include "tests/datasets/folder.h"
#include "tests/datasets/samples.h"
#include "tests/environment_setting.h"
#include "zoo/base/file.h"
#include "zoo/datasets/dataset.h"

using namespace zoo;
using namespace zoo::test;
namespace fs = std::filesystem;

namespace {

// A tree just big enough for the cache, in 102 folders, one of them without pictures.
void fill(const Folder& root) {
  for (int i = 0; i < 100; ++i) {
    const fs::path folder = root.path() / (i % 2 == 0 ? "even" : "odd") / ("sub" + std::to_string(i));
    fs::create_directories(folder);
    for (int k = 0; k < 100; ++k) fs::create_symlink("x", folder / (std::to_string(k) + ".jpg"));
  }
  root.write("odd/notes/readme.txt", "x");
}

// One that all tests share which do not change it.
const Folder& big_folder() {
  static const Folder root;
  static const bool filled = (fill(root), true);
  static_cast<void>(filled);
  return root;
}

// When the youngest folder of the tree changed.
int64_t last_change(const FolderTree& tree) {
  int64_t last = 0;
  for (const VisitedFolder& folder : tree.folders)
    last = std::max({last, folder.stamp.modified_ns, folder.stamp.changed_ns});
  return last;
}

// Time by which none of its folders is young.
int64_t later(const FolderTree& tree) {
  return last_change(tree) + 10'000'000'000;
}

// Without waiting for the disk.
void overwrite(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

void check_equal(const FolderTree& a, const FolderTree& b) {
  REQUIRE(a.files.size() == b.files.size());
  CHECK(a.classes == b.classes);
  CHECK(a.left_out == b.left_out);
  for (int64_t i = 0; i < a.files.size(); ++i) {
    REQUIRE(a.files.path(i) == b.files.path(i));
    REQUIRE(a.files.label(i) == b.files.label(i));
  }
}

}  // namespace

TEST_CASE("a big tree comes from the cache until a folder of it changes") {
  const Folder root, home;
  const Setting setting("ZOO_HOME", (home.path() / "zoo").string());
  fill(root);
  const FolderTree tree = walk_class_folders(root.path());
  CHECK(tree.files.size() == 10'000);
  CHECK_FALSE(read_index_cache(root.path()));
  CHECK_FALSE(write_index_cache(root.path(), tree, last_change(tree)));
  CHECK_FALSE(read_index_cache(root.path()));  // its folders are too young
  CHECK(write_index_cache(root.path(), tree, later(tree)));
  const auto cached = read_index_cache(root.path());
  REQUIRE(cached);
  check_equal(*cached, tree);
  CHECK(cached->left_out == std::vector<std::string>{"odd/notes/readme.txt: not a picture's suffix"});
  CHECK(names(*open_dataset(root.path())) == names(*open_dataset(root.path(), {.index_cache = false})));

  const auto change = [&](const std::string& what, const std::function<void()>& how) {
    INFO(what);
    how();
    CHECK_FALSE(read_index_cache(root.path()));
    CHECK(names(*open_dataset(root.path())) == names(*open_dataset(root.path(), {.index_cache = false})));
    const FolderTree changed = walk_class_folders(root.path());
    CHECK(write_index_cache(root.path(), changed, later(changed)));
    CHECK(read_index_cache(root.path()));
  };
  change("a file is added", [&] { root.write("odd/sub1/new.jpg"); });
  change("a file is removed", [&] { fs::remove(root.path() / "even/sub98/99.jpg"); });
  change("a file is renamed",
         [&] { fs::rename(root.path() / "even/sub98/98.jpg", root.path() / "even/sub98/9.png"); });
  change("a folder without pictures gets one", [&] { root.write("odd/notes/1.jpg"); });
  change("a class is added", [&] { root.write("third/1.jpg"); });
  change("a folder is replaced, and its time set back", [&] {
    struct stat status{};
    REQUIRE(::stat((root.path() / "odd/sub1").c_str(), &status) == 0);
    fs::rename(root.path() / "odd/sub1", root.path() / "odd/sub1.old");
    fs::rename(root.path() / "odd/sub1.old", root.path() / "odd/sub1");
    const timespec times[2]{status.st_atim, status.st_mtim};
    REQUIRE(::utimensat(AT_FDCWD, (root.path() / "odd").c_str(), times, 0) == 0);
  });
  change("a folder is added", [&] {  // so that there are enough without the one that goes
    for (int i = 0; i < 100; ++i) root.write("odd/more/" + std::to_string(i) + ".jpg");
  });
  change("a folder is gone", [&] { fs::remove_all(root.path() / "odd/sub1"); });
}

TEST_CASE("a damaged index is no index") {
  const Folder& root = big_folder();
  const Folder home;
  const Setting setting("ZOO_HOME", home.path().string());
  const FolderTree tree = walk_class_folders(root.path());
  write_index_cache(root.path(), tree, later(tree));
  const fs::path file = index_cache_file(root.path());
  const std::string good = read_text(file);
  REQUIRE(read_index_cache(root.path()));
  for (const size_t size : {size_t{0}, size_t{7}, size_t{100}, good.size() / 2, good.size() - 1}) {
    overwrite(file, good.substr(0, size));
    CHECK_FALSE(read_index_cache(root.path()));
  }
  for (size_t at = 0; at < good.size(); at += good.size() / 40) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    overwrite(file, bad);
    CHECK_FALSE(read_index_cache(root.path()));
  }
  CHECK(open_dataset(root.path())->size() == 10'000);
  overwrite(file, good);
  CHECK(read_index_cache(root.path()));
  const Folder other;
  fs::copy_file(file, index_cache_file(other.path()));
  CHECK_FALSE(read_index_cache(other.path()));  // another root's
}

TEST_CASE("a cache that cannot be written or found costs no more than time") {
  const Folder& root = big_folder();
  const Folder home;
  const FolderTree tree = walk_class_folders(root.path());
  home.write("file", "x");
  {
    const Setting setting("ZOO_HOME", (home.path() / "file").string());
    CHECK_FALSE(write_index_cache(root.path(), tree, later(tree)));
    CHECK(open_dataset(root.path())->size() == 10'000);
  }
  const Folder small, second;
  small.write("a/1.jpg");
  small.write("b/1.jpg");
  const FolderTree few = walk_class_folders(small.path());
  const Setting setting("ZOO_HOME", second.path().string());
  CHECK_FALSE(write_index_cache(small.path(), few, later(few)));
  CHECK(fs::is_empty(second.path()));  // too small to be worth a file
}

TEST_CASE("an index whose parts contradict each other is refused") {
  FolderIndex::Parts good;
  good.folders = {{1, 0, 0, 0}, {2, 4, 2, 1}};
  good.folder_paths = "ab";
  good.file_names = "x1x2y1";
  good.name_ends = {2, 4, 2};
  const auto accepts = [](const FolderIndex::Parts& parts) {
    FolderIndex index;
    return index.assign(parts, 2);
  };
  REQUIRE(accepts(good));
  FolderIndex index;
  index.assign(good, 2);
  CHECK(index.path(1) == "a/x2");
  CHECK(index.path(2) == "b/y1");
  CHECK(index.label(2) == 1);
  FolderIndex::Parts bad = good;
  SECTION("a label") {
    bad.folders[1].label = 2;
  }
  SECTION("a negative label") {
    bad.folders[1].label = -1;
  }
  SECTION("the first file") {
    bad.folders[0].first = 1;
  }
  SECTION("a folder without files") {
    bad.folders[1].first = 3;
  }
  SECTION("a folder beyond the files") {
    bad.folders[1].first = 4;
  }
  SECTION("a path's end") {
    bad.folders[1].path_end = 3;
  }
  SECTION("paths that do not rise") {
    bad.folders[1].path_end = 1;
  }
  SECTION("names that begin late") {
    bad.folders[1].name_begin = 5;
  }
  SECTION("names beyond the end") {
    bad.folders[1].name_begin = 7;
  }
  SECTION("a name's end") {
    bad.name_ends[2] = 3;
  }
  SECTION("an empty name") {
    bad.name_ends[0] = 4;
  }
  SECTION("no folder") {
    bad.folders.clear();
  }
  CHECK_FALSE(accepts(bad));
}
