// MNIST's idx files (LeCun, yann.lecun.com/exdb/mnist): NAME-images-idx3-ubyte and NAME-labels-idx1-ubyte, as
// they are or with .gz. Two zero bytes, the type (8: unsigned byte), the number of dimensions, each dimension
// as 32 bits big-endian, the bytes.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "zoo/archive/inflate.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/datasets/arrays/idx.h"
#include "zoo/datasets/arrays/raw_pictures.h"
#include "zoo/datasets/folders/system_names.h"
#include "zoo/datasets/lists/class_names.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kImages = "-images-idx3-ubyte", kLabels = "-labels-idx1-ubyte";
constexpr uint64_t kLargest = 4'000'000'000;  // bytes; EMNIST's biggest has 550 million
constexpr std::array<std::string_view, 10> kFashion{
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};

struct Tensor {
  ByteSource source;
  std::vector<int64_t> shape;
  uint64_t begin = 0;  // of its items in the source

  uint64_t items() const { return source.size() - begin; }
};

Tensor open_idx_file(const fs::path& file, size_t dimensions) {
  Tensor tensor{open_maybe_gzip(file, kLargest), {}, 4 + 4 * dimensions};
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorCode::corrupt, file.string(), what, "Get the file again.");
  };
  if (tensor.source.size() < tensor.begin)
    refuse(std::to_string(tensor.source.size()) + " bytes, which is no idx file");
  std::vector<std::byte> bytes(tensor.begin);
  tensor.source.read(0, bytes);
  const std::array<std::byte, 4> magic{std::byte{0}, std::byte{0}, std::byte{8}, std::byte(dimensions)};
  if (!std::equal(magic.begin(), magic.end(), bytes.begin())) {
    refuse("does not begin as an idx file of bytes with " + std::to_string(dimensions) + " dimensions");
  }
  uint64_t items = 1;
  bool overflows = false;
  for (size_t i = 0; i < dimensions; ++i) {
    uint64_t extent = 0;
    for (size_t k = 0; k < 4; ++k) extent = extent << 8 | std::to_integer<uint64_t>(bytes[4 + 4 * i + k]);
    tensor.shape.push_back(static_cast<int64_t>(extent));
    overflows |= __builtin_mul_overflow(items, extent, &items);
  }
  if (overflows || items != tensor.items()) {
    refuse("has " + std::to_string(tensor.items()) + " bytes behind its header, which says " +
           shape_text(tensor.shape));
  }
  return tensor;
}

bool is_test(std::string_view name) {
  return name.find("test") != std::string_view::npos || name.find("t10k") != std::string_view::npos;
}

RawBatch read_pair(const fs::path& images_file, const fs::path& labels_file, RawSize& size) {
  const Tensor images = open_idx_file(images_file, 3), labels = open_idx_file(labels_file, 1);
  if (images.shape[0] != labels.shape[0]) {
    throw Error(ErrorCode::mismatch, labels_file.string(),
                std::to_string(labels.shape[0]) + " labels for " + std::to_string(images.shape[0]) +
                    " pictures in " + images_file.filename().string());
  }
  // Before two of them are multiplied: beside a zero they can be as large as 32 bits go.
  if (std::ranges::find(images.shape, 0) != images.shape.end()) {
    throw Error(ErrorCode::mismatch, images_file.string(),
                "no picture in it: its shape is " + shape_text(images.shape));
  }
  const RawSize own{.width = images.shape[2], .height = images.shape[1], .planes = 1};
  if (size.width != 0 && (size.width != own.width || size.height != own.height)) {
    throw Error(ErrorCode::mismatch, images_file.string(),
                "its pictures are " + std::to_string(own.width) + " x " + std::to_string(own.height) +
                    ", those of the files before " + std::to_string(size.width) + " x " +
                    std::to_string(size.height));
  }
  size = own;
  std::vector<std::byte> bytes(labels.items());
  labels.source.read(labels.begin, bytes);
  std::vector<int32_t> numbers;
  numbers.reserve(bytes.size());
  for (const std::byte label : bytes) numbers.push_back(std::to_integer<int32_t>(label));
  const std::string name = images_file.filename().string();
  return {.name = name,
          .source = images.source,
          .begin = images.begin,
          .stride = own.bytes(),
          .labels = std::move(numbers),
          .part = is_test(name) ? "test" : "train"};
}

std::vector<std::string> names_of(const fs::path& folder, int64_t count) {
  if (auto names = class_names_in(folder)) {
    if (static_cast<int64_t>(names->size()) >= count) return *names;
    throw Error(ErrorCode::mismatch, (folder / "classes.txt").string(),
                std::to_string(names->size()) + " class names for labels up to " + std::to_string(count - 1));
  }
  // As torchvision lays it out: FashionMNIST/raw/train-images-idx3-ubyte.
  std::error_code error;
  for (const fs::path& part : fs::weakly_canonical(folder, error)) {
    if (to_lower(part.string()).starts_with("fashion") && count <= 10)
      return {kFashion.begin(), kFashion.end()};
  }
  return numbers_as_names(std::max<int64_t>(count, 10));
}

// "train-images-idx3-ubyte.gz" -> "train"; nothing for other names.
std::optional<std::string> stem_of(const fs::path& file) {
  std::string name = file.filename().string();
  if (is_system_file(name)) return std::nullopt;
  if (name.ends_with(".gz")) name.erase(name.size() - 3);
  // torchvision unpacks some of them as train-images.idx3-ubyte.
  std::replace(name.begin(), name.end(), '.', '-');
  if (!name.ends_with(kImages)) return std::nullopt;
  return name.substr(0, name.size() - kImages.size());
}

fs::path labels_beside(const fs::path& images, const std::string& stem) {
  const fs::path folder = images.parent_path();
  std::string dotted = stem + std::string(kLabels);
  dotted[dotted.size() - std::string_view("-idx1-ubyte").size()] = '.';
  for (const std::string& name : {stem + std::string(kLabels), dotted}) {
    for (const char* suffix : {"", ".gz"}) {
      std::error_code error;
      if (fs::exists(folder / (name + suffix), error)) return folder / (name + suffix);
    }
  }
  throw Error(ErrorCode::not_found, (folder / (stem + std::string(kLabels))).string(),
              "is missing beside " + images.filename().string());
}

}  // namespace

bool is_idx_pictures(const fs::path& file) {
  return stem_of(file).has_value();
}

std::unique_ptr<Dataset> open_idx(const fs::path& root) {
  std::error_code error;
  std::map<std::string, fs::path> found;  // by stem; the unpacked one of two
  const auto consider = [&](const fs::path& file) {
    const auto stem = stem_of(file);
    if (stem && (!found.contains(*stem) || file.extension() != ".gz")) found[*stem] = file;
  };
  if (fs::is_directory(root, error)) {
    for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error))
      consider(it->path());
    if (error) throw Error(ErrorCode::io, root.string(), "the folder cannot be read: " + error.message());
  } else {
    consider(root);
  }
  if (found.empty()) {
    throw Error(ErrorCode::not_found, root.string(), "no NAME-images-idx3-ubyte file here",
                "Name the folder that holds MNIST's files, or one of its image files.");
  }
  std::vector<std::pair<std::string, fs::path>> files(found.begin(), found.end());
  // Training pictures first, whatever the names.
  std::stable_sort(files.begin(), files.end(),
                   [](const auto& a, const auto& b) { return is_test(a.first) < is_test(b.first); });
  RawSize size{.planes = 1};
  std::vector<RawBatch> batches;
  int32_t classes = 0;
  for (const auto& [stem, file] : files) {
    batches.push_back(read_pair(file, labels_beside(file, stem), size));
    classes =
        std::max(classes, *std::max_element(batches.back().labels.begin(), batches.back().labels.end()) + 1);
  }
  const fs::path folder = fs::is_directory(root, error) ? root : root.parent_path();
  return make_raw_pictures(std::move(batches), size, names_of(folder, classes));
}

}  // namespace zoo
