// Class folders: the index of their names, and reading.
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/folders/folder_walk.h"
#include "zoo/datasets/folders/index_cache.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

FolderTree cached_tree(const fs::path& root, bool may_have_one_class) {
  if (std::optional<FolderTree> tree = read_index_cache(root)) return std::move(*tree);
  const int64_t began_ns = wall_clock_ns();
  FolderTree tree = walk_class_folders(root, may_have_one_class);
  write_index_cache(root, tree, began_ns);
  return tree;
}

FolderTree find_tree(const fs::path& root, const DatasetOptions& options) {
  if (options.index_cache) {
    FolderTree tree = cached_tree(root, options.is_part);
    if (options.is_part || tree.classes.size() > 1) return tree;
  }
  return walk_class_folders(root, options.is_part);
}

class ImageFolder : public Dataset {
 public:
  ImageFolder(const fs::path& root, FolderTree tree) : root_(root), files_(std::move(tree.files)) {
    classes_ = std::move(tree.classes);
    left_out_ = std::move(tree.left_out);
  }

  int64_t size() const override { return files_.size(); }
  std::span<const int32_t> labels(int64_t index) const override { return {&files_.label(index), 1}; }
  std::string name(int64_t index) const override { return files_.path(index); }
  fs::path file(int64_t index) const override { return root_ / files_.path(index); }
  StoredPicture fetch(int64_t index) const override { return read_encoded(file(index)); }

 private:
  fs::path root_;
  FolderIndex files_;
};

}  // namespace

std::unique_ptr<Dataset> open_image_folder(const fs::path& root, const DatasetOptions& options) {
  return std::make_unique<ImageFolder>(root, find_tree(root, options));
}

}  // namespace zoo
