// What a path is, by what lies there.
#include <algorithm>
#include <array>
#include <functional>

#include "zoo/archive/inflate.h"
#include "zoo/archive/shard_tar.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/file_bytes.h"
#include "zoo/base/json_tree.h"
#include "zoo/base/text.h"
#include "zoo/base/utf8_text.h"
#include "zoo/datasets/arrays/cifar_python.h"
#include "zoo/datasets/arrays/idx.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/folders/divided_folder.h"
#include "zoo/datasets/folders/spelling.h"
#include "zoo/datasets/folders/system_names.h"
#include "zoo/datasets/lists/class_names.h"
#include "zoo/datasets/shards/braces.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;
using DatasetPointer = std::unique_ptr<Dataset>;

struct Names {
  std::vector<std::string> folders, files;
};

Names names_in(const fs::path& root) {
  Names names;
  std::error_code error;
  for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    std::error_code broken_link;
    const std::string name = it->path().filename().string();
    const bool is_folder = it->is_directory(broken_link);
    if (is_folder ? !why_no_class(it->path()).empty() : is_system_file(name)) continue;
    (is_folder ? names.folders : names.files).push_back(name);
  }
  if (error) throw Error(ErrorCode::io, root.string(), "the folder cannot be read: " + error.message());
  std::sort(names.folders.begin(), names.folders.end());
  return names;
}

DatasetPointer open_folder(const fs::path& root, const DatasetOptions& options) {
  // Where torchvision keeps them below the folder that it is given.
  for (const char* below : {"cifar-10-batches-py", "cifar-100-python"}) {
    if (is_cifar_python(root / below)) return open_cifar_python(root / below);
  }
  const Names names = names_in(root);
  const auto any_file = [&](const std::function<bool(const std::string&)>& fits) {
    return std::any_of(names.files.begin(), names.files.end(), fits);
  };
  if (is_cifar_python(root)) return open_cifar_python(root);
  if (any_file([](const std::string& name) { return is_idx_pictures(name); })) return open_idx(root);
  std::error_code error;
  for (const char* below : {"raw", "MNIST/raw", "FashionMNIST/raw"}) {
    for (fs::directory_iterator it(root / below, error), end; !error && it != end; it.increment(error)) {
      if (is_idx_pictures(it->path())) return open_idx(root / below);
    }
  }
  if (fs::exists(root / "metadata.csv", error)) return open_csv(root / "metadata.csv", options);
  if (fs::exists(root / "metadata.jsonl", error)) return open_json_lines(root / "metadata.jsonl", options);
  if (names.folders.empty() && any_file([](const std::string& name) { return name.ends_with(".bin"); }))
    return open_cifar_binary(root);
  if (names.folders.empty() && any_file(is_shard_name)) return open_tar_shards(root, options);
  if (is_divided_folder(root, names.folders)) return open_divided_folder(root, options);
  require_class_folders(root, names.folders);
  return open_image_folder(root, options);
}

// A file of JSON whose first character is '{' is one object, or one a line.
DatasetPointer open_json(const fs::path& file, std::string_view text, const DatasetOptions& options) {
  const std::string_view first_line = text.substr(0, text.find('\n'));
  const std::string_view line = trimmed(first_line);
  const bool is_whole_line = line.starts_with('{') && line.ends_with('}');
  if (is_whole_line && (trimmed(text).size() > line.size() || file.extension() != ".json")) {
    return open_json_lines(file, options);
  }
  const JsonTree tree(text, file.string());
  if (tree.member(0, "zoo_split") != 0) return open_split(file, options);
  if (tree.member(0, "data_list") != 0) return open_openmmlab_json(file, options);
  if (is_whole_line) return open_json_lines(file, options);
  throw Error(ErrorCode::unsupported, file.string(),
              "is JSON, but neither a split ('zoo_split') nor OpenMMLab's annotations ('data_list')");
}

DatasetPointer open_file(const fs::path& file, const DatasetOptions& options) {
  if (is_idx_pictures(file)) return open_idx(file);
  if (file.extension() == ".bin") return open_cifar_binary(file);
  if (is_gzip(file) || is_tar(ByteSource(file)))
    return is_cifar_archive(file) ? open_cifar_python(file) : open_tar_shards(file, options);
  const ByteSource source(file);
  const std::string begin = source.read_text(0, std::min<uint64_t>(source.size(), 100));
  const std::string_view text = utf8_text(begin, file.string());
  if (text.starts_with("PAR1")) {
    throw Error(ErrorCode::unsupported, file.string(), "is Parquet, which zoo does not read",
                "Convert it to files and a CSV list in Python: see docs/data.md.");
  }
  if (trimmed(text).starts_with('{')) return open_json(file, read_text(file), options);
  const std::string suffix = to_lower(file.extension().string());
  if (suffix == ".csv" || suffix == ".tsv") return open_csv(file, options);
  if (suffix == ".txt") return open_annotation_list(file, options);
  throw Error(ErrorCode::mismatch, file.string(), "not a folder, and no list or archive of pictures",
              "Name the folder that holds the class folders, or a list: see docs/data.md.");
}

DatasetPointer open_whatever(const fs::path& root, const DatasetOptions& options) {
  std::error_code error;
  if (fs::is_directory(root, error)) return open_folder(root, options);
  if (fs::exists(root, error)) return open_file(root, options);
  if (has_braces(root.native())) return open_tar_shards(root, options);
  throw Error(ErrorCode::not_found, root.string(), "no such file or folder", "Check the path.");
}

}  // namespace

DatasetPointer open_dataset(const fs::path& root, const DatasetOptions& options) {
  DatasetPointer dataset = open_whatever(root, options);
  require_one_spelling(*dataset, root.string());
  return dataset;
}

}  // namespace zoo
