// CIFAR-10 and CIFAR-100 in their binary version (Krizhevsky 2009, www.cs.toronto.edu/~kriz/cifar.html):
// records of one label byte (CIFAR-100: coarse, fine) and 32 x 32 red, then green, then blue bytes.
#include <algorithm>
#include <sstream>
#include <string_view>

#include "zoo/core/error.h"
#include "zoo/core/file.h"
#include "zoo/datasets/dataset.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSide = 32, kPlane = kSide * kSide, kPictureBytes = 3 * kPlane;

struct Format {
  int64_t label_bytes;  // the last one counts
  int64_t classes;
  const char* names_file;
  std::string_view names;

  int64_t record_bytes() const { return label_bytes + kPictureBytes; }
};

constexpr Format kCifar10{1, 10, "batches.meta.txt",
                          "airplane automobile bird cat deer dog frog horse ship truck"};
constexpr Format kCifar100{2, 100, "fine_label_names.txt",
                           "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy "
                           "bridge bus butterfly camel can castle "
                           "caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile "
                           "cup dinosaur dolphin elephant "
                           "flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard "
                           "lion lizard lobster man "
                           "maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter "
                           "palm_tree pear pickup_truck pine_tree "
                           "plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal "
                           "shark shrew skunk skyscraper "
                           "snail snake spider squirrel streetcar sunflower sweet_pepper table tank "
                           "telephone television tiger tractor train "
                           "trout tulip turtle wardrobe whale willow_tree wolf woman worm"};

std::vector<std::string> words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

std::vector<fs::path> batch_files(const fs::path& root) {
  std::error_code error;
  if (!fs::exists(root, error)) throw Error(ErrorCode::not_found, root.string(), "no such file or folder");
  if (!fs::is_directory(root, error)) return {root};
  std::vector<fs::path> files;
  for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".bin") files.push_back(it->path());
  }
  if (error) throw Error(ErrorCode::io, root.string(), "the folder cannot be read: " + error.message());
  if (files.empty()) throw Error(ErrorCode::not_found, root.string(), "no *.bin file in this folder");
  std::sort(files.begin(), files.end());
  return files;
}

void require_one_part(const fs::path& root, const std::vector<fs::path>& files) {
  const auto is_test = [](const fs::path& file) { return file.filename().string().starts_with("test"); };
  const auto tests = std::count_if(files.begin(), files.end(), is_test);
  if (tests == 0 || tests == static_cast<ptrdiff_t>(files.size())) return;
  throw Error(ErrorCode::mismatch, root.string(), "training and test batches lie in one folder",
              "Name one file, or move them into folders train/ and val/.");
}

class Cifar : public Dataset {
 public:
  explicit Cifar(const fs::path& root) {
    const std::vector<fs::path> files = batch_files(root);
    require_one_part(root, files);
    const fs::path folder = fs::is_directory(root) ? root : root.parent_path();
    for (const fs::path& path : files) batches_.push_back({path, std::make_unique<MappedFile>(path), 0});
    format_ = recognise(folder);
    for (Batch& batch : batches_) {
      batch.first = size_;
      size_ += records(batch);
    }
    classes_ = class_names(folder);
  }

  int64_t size() const override { return size_; }
  std::span<const int32_t> labels(int64_t index) const override {
    return {&labels_[static_cast<size_t>(index)], 1};
  }
  std::string name(int64_t index) const override {
    const Batch& batch = batch_of(index);
    return batch.path.filename().string() + "[" + std::to_string(index - batch.first) + "]";
  }
  StoredPicture fetch(int64_t index) const override {
    const auto planes = record(index).subspan(static_cast<size_t>(format_.label_bytes));
    Image image = make_image(kSide, kSide);
    for (size_t i = 0; i < image.pixels.size(); ++i) {
      image.pixels[i] = std::to_integer<uint8_t>(planes[i % 3 * kPlane + i / 3]);
    }
    return image;
  }

 private:
  struct Batch {
    fs::path path;
    std::unique_ptr<MappedFile> file;
    int64_t first = 0;  // index of its first record in the set
  };

  const Batch& batch_of(int64_t index) const {
    const auto after =
        std::upper_bound(batches_.begin(), batches_.end(), index,
                         [](int64_t value, const Batch& batch) { return value < batch.first; });
    return *std::prev(after);
  }
  std::span<const std::byte> record(int64_t index) const {
    const Batch& batch = batch_of(index);
    const auto bytes = static_cast<size_t>(format_.record_bytes());
    return batch.file->bytes().subspan(static_cast<size_t>(index - batch.first) * bytes, bytes);
  }

  static bool fits(const Batch& batch, const Format& format) {
    const auto bytes = batch.file->bytes();
    const auto step = static_cast<size_t>(format.record_bytes());
    if (bytes.empty() || bytes.size() % step != 0) return false;
    for (size_t offset = static_cast<size_t>(format.label_bytes - 1); offset < bytes.size(); offset += step) {
      if (std::to_integer<int64_t>(bytes[offset]) >= format.classes) return false;
    }
    return true;
  }

  // The names file says which of the two it is; without one, the records do.
  Format recognise(const fs::path& folder) const {
    if (fs::exists(folder / kCifar100.names_file)) return kCifar100;
    if (fs::exists(folder / kCifar10.names_file)) return kCifar10;
    const bool is_100 = std::all_of(batches_.begin(), batches_.end(),
                                    [](const Batch& batch) { return fits(batch, kCifar100); });
    return is_100 ? kCifar100 : kCifar10;
  }

  int64_t records(const Batch& batch) {
    const auto bytes = static_cast<int64_t>(batch.file->bytes().size());
    if (bytes == 0 || bytes % format_.record_bytes() != 0) {
      throw Error(ErrorCode::corrupt, batch.path.string(),
                  std::to_string(bytes) + " bytes, which is not a multiple of CIFAR-" +
                      std::to_string(format_.classes) + "'s record of " +
                      std::to_string(format_.record_bytes()),
                  "Get the whole file; only the binary version of CIFAR is read.");
    }
    const int64_t count = bytes / format_.record_bytes();
    for (int64_t i = 0; i < count; ++i) {
      const int64_t label = std::to_integer<int64_t>(
          batch.file->bytes()[static_cast<size_t>(i * format_.record_bytes() + format_.label_bytes - 1)]);
      if (label >= format_.classes) {
        throw Error(ErrorCode::corrupt, batch.path.string(),
                    "record " + std::to_string(i) + " has label " + std::to_string(label) +
                        ", expected 0 to " + std::to_string(format_.classes - 1));
      }
      labels_.push_back(static_cast<int32_t>(label));
    }
    return count;
  }

  std::vector<std::string> class_names(const fs::path& folder) const {
    const fs::path file = folder / format_.names_file;
    if (!fs::exists(file)) return words(format_.names);
    std::vector<std::string> names = words(read_text(file));
    if (static_cast<int64_t>(names.size()) == format_.classes) return names;
    throw Error(ErrorCode::corrupt, file.string(),
                std::to_string(names.size()) + " class names, expected " + std::to_string(format_.classes));
  }

  std::vector<Batch> batches_;
  Format format_ = kCifar10;
  std::vector<int32_t> labels_;
  int64_t size_ = 0;
};

}  // namespace

std::unique_ptr<Dataset> open_cifar_binary(const fs::path& root) {
  return std::make_unique<Cifar>(root);
}

}  // namespace zoo
