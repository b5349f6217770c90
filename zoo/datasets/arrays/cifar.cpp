// CIFAR-10 and CIFAR-100 in their binary version: records of one label byte (CIFAR-100: coarse, fine) and
// 32 x 32 red, then green, then blue bytes.
#include <algorithm>
#include <array>

#include "zoo/base/error.h"
#include "zoo/datasets/arrays/cifar_kind.h"
#include "zoo/datasets/folders/system_names.h"
#include "zoo/datasets/lists/class_names.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

std::vector<ByteSource> open_files(const fs::path& root) {
  std::error_code error;
  if (!fs::exists(root, error)) throw Error(ErrorCode::not_found, root.string(), "no such file or folder");
  std::vector<fs::path> paths;
  if (!fs::is_directory(root, error)) paths.push_back(root);
  if (paths.empty()) {
    for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
      const fs::path& path = it->path();
      if (path.extension() == ".bin" && !is_system_file(path.filename().native())) paths.push_back(path);
    }
    if (error) throw Error(ErrorCode::io, root.string(), "the folder cannot be read: " + error.message());
    if (paths.empty()) throw Error(ErrorCode::not_found, root.string(), "no *.bin file in this folder");
    std::sort(paths.begin(), paths.end());
  }
  return {paths.begin(), paths.end()};
}

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(file, error);
}

size_t record_bytes(const CifarKind& kind) {
  return kind.label_bytes + kCifarSize.bytes();
}

int64_t label_at(const ByteSource& file, const CifarKind& kind, size_t record) {
  std::array<std::byte, 1> label{};
  file.read(record * record_bytes(kind) + kind.label_bytes - 1, label);
  return std::to_integer<int64_t>(label[0]);
}

bool fits(const ByteSource& file, const CifarKind& kind) {
  const size_t size = file.size();
  if (size == 0 || size % record_bytes(kind) != 0) return false;
  for (size_t i = 0; i < size / record_bytes(kind); ++i) {
    if (label_at(file, kind, i) >= kind.classes) return false;
  }
  return true;
}

// The names file says which of the two it is; without one, the records do.
const CifarKind& recognise(const fs::path& folder, const std::vector<ByteSource>& files) {
  if (is_there(folder / kCifar100.text_names_file)) return kCifar100;
  if (is_there(folder / kCifar10.text_names_file)) return kCifar10;
  const bool is_100 =
      std::all_of(files.begin(), files.end(), [](const ByteSource& file) { return fits(file, kCifar100); });
  return is_100 ? kCifar100 : kCifar10;
}

std::vector<int32_t> read_labels(const ByteSource& file, const CifarKind& kind) {
  const size_t size = file.size();
  if (size == 0 || size % record_bytes(kind) != 0) {
    throw Error(ErrorCode::corrupt, file.path().string(),
                std::to_string(size) + " bytes, which is not a multiple of CIFAR-" +
                    std::to_string(kind.classes) + "'s record of " + std::to_string(record_bytes(kind)),
                "Get the whole file, of CIFAR's binary version.");
  }
  std::vector<int32_t> labels(size / record_bytes(kind));
  for (size_t i = 0; i < labels.size(); ++i) {
    const int64_t label = label_at(file, kind, i);
    if (label >= kind.classes) {
      throw Error(ErrorCode::corrupt, file.path().string(),
                  "record " + std::to_string(i) + " has label " + std::to_string(label) + ", expected 0 to " +
                      std::to_string(kind.classes - 1));
    }
    labels[i] = static_cast<int32_t>(label);
  }
  return labels;
}

std::vector<std::string> names_beside(const fs::path& folder, const CifarKind& kind) {
  const fs::path file = folder / kind.text_names_file;
  if (!is_there(file)) return class_names(kind);
  std::vector<std::string> names = read_class_names(file);
  if (static_cast<int64_t>(names.size()) == kind.classes) return names;
  throw Error(ErrorCode::corrupt, file.string(),
              std::to_string(names.size()) + " class names, expected " + std::to_string(kind.classes));
}

}  // namespace

std::unique_ptr<Dataset> open_cifar_binary(const fs::path& root) {
  const std::vector<ByteSource> files = open_files(root);
  std::error_code error;
  const fs::path folder = fs::is_directory(root, error) ? root : root.parent_path();
  const CifarKind& kind = recognise(folder, files);
  std::vector<RawBatch> batches;
  for (const ByteSource& file : files) {
    std::vector<int32_t> labels = read_labels(file, kind);
    const std::string name = file.path().filename().string();
    batches.push_back({.name = name,
                       .source = file,
                       .begin = kind.label_bytes,
                       .stride = record_bytes(kind),
                       .labels = std::move(labels),
                       .part = cifar_part(name)});
  }
  return make_raw_pictures(std::move(batches), kCifarSize, names_beside(folder, kind));
}

}  // namespace zoo
