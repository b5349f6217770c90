// Class folders, with the semantics of torchvision 0.28's ImageFolder: which files count, and in which order.
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "zoo/core/error.h"
#include "zoo/core/text.h"
#include "zoo/datasets/dataset.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kSuffixes{".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                                    ".pgm", ".tif",  ".tiff", ".webp"};

struct Listing {
  std::vector<std::string> folders, files;  // names, sorted
};

Listing list_folder(const fs::path& folder) {
  Listing listing;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code broken_link;
    (it->is_directory(broken_link) ? listing.folders : listing.files)
        .push_back(it->path().filename().string());
  }
  if (error) throw Error(ErrorCode::io, folder.string(), "the folder cannot be read: " + error.message());
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.files.begin(), listing.files.end());
  return listing;
}

// What a folder is, whatever the links that lead to it.
struct FolderIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const FolderIdentity&, const FolderIdentity&) = default;
};

FolderIdentity identity(const fs::path& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) {
    throw Error(ErrorCode::io, folder.string(), "the folder cannot be read");
  }
  return {status.st_dev, status.st_ino};
}

class ImageFolder : public Dataset {
 public:
  explicit ImageFolder(const fs::path& root) : root_(root) {
    const Listing top = list_folder(root);
    require_classes(top);
    for (const std::string& file : top.files) left_out_.push_back(file + ": not in a class folder");
    for (const std::string& name : top.folders) add_class(name);
  }

  int64_t size() const override { return static_cast<int64_t>(samples_.size()); }
  std::span<const int32_t> labels(int64_t index) const override { return {&sample(index).label, 1}; }
  std::string name(int64_t index) const override { return sample(index).path; }
  StoredPicture fetch(int64_t index) const override { return read_encoded(root_ / sample(index).path); }

 private:
  struct Sample {
    std::string path;  // relative to the root
    int32_t label = 0;
  };
  struct Folder {
    std::string path;  // relative to the root
    std::vector<std::string> files;
  };

  const Sample& sample(int64_t index) const { return samples_[static_cast<size_t>(index)]; }

  void require_classes(const Listing& top) const {
    if (top.folders.empty()) {
      throw Error(ErrorCode::mismatch, root_.string(), "no class folder in it",
                  "Put the pictures of each class into a folder of its own.");
    }
    if (top.folders.size() == 1) {
      throw Error(ErrorCode::mismatch, root_.string(), "only one class folder, '" + top.folders[0] + "'",
                  "At least two classes are needed; name the folder that holds the class folders.");
    }
  }

  void add_class(const std::string& name) {
    std::vector<Folder> folders;
    std::vector<FolderIdentity> ancestors;
    walk(name, ancestors, folders);
    // torchvision sorts the whole paths of the folders, in which '/' counts as a character.
    std::sort(folders.begin(), folders.end(),
              [](const Folder& a, const Folder& b) { return a.path < b.path; });
    const size_t before = samples_.size();
    for (const Folder& folder : folders) {
      for (const std::string& file : folder.files) {
        const std::string path = folder.path + "/" + file;
        if (has_picture_suffix(file)) {
          samples_.push_back({path, static_cast<int32_t>(classes_.size())});
        } else {
          left_out_.push_back(path + ": not a picture's suffix");
        }
      }
    }
    if (samples_.size() == before) {
      throw Error(
          ErrorCode::mismatch, (root_ / name).string(), "no picture in this class folder",
          "Add pictures (" + join({kSuffixes.begin(), kSuffixes.end()}, " ") + "), or remove the folder.");
    }
    classes_.push_back(name);
  }

  void walk(const std::string& path, std::vector<FolderIdentity>& ancestors, std::vector<Folder>& found) {
    const FolderIdentity own = identity(root_ / path);
    if (std::find(ancestors.begin(), ancestors.end(), own) != ancestors.end()) {
      left_out_.push_back(path + ": a link to a folder that holds it");
      return;
    }
    ancestors.push_back(own);
    Listing listing = list_folder(root_ / path);
    for (const std::string& name : listing.folders) walk(path + "/" + name, ancestors, found);
    ancestors.pop_back();
    found.push_back({path, std::move(listing.files)});
  }

  fs::path root_;
  std::vector<Sample> samples_;
};

}  // namespace

bool has_picture_suffix(std::string_view file_name) {
  const std::string lower = to_lower(file_name);
  return std::any_of(kSuffixes.begin(), kSuffixes.end(),
                     [&](std::string_view suffix) { return lower.ends_with(suffix); });
}

std::unique_ptr<Dataset> open_image_folder(const fs::path& root) {
  std::error_code error;
  const fs::file_status status = fs::status(root, error);
  if (status.type() == fs::file_type::not_found) {
    throw Error(ErrorCode::not_found, root.string(), "no such folder", "Check the path.");
  }
  if (error) throw Error(ErrorCode::io, root.string(), "the folder cannot be read: " + error.message());
  if (!fs::is_directory(status)) {
    throw Error(ErrorCode::mismatch, root.string(), "not a folder",
                "Name the folder that holds the class folders.");
  }
  return std::make_unique<ImageFolder>(root);
}

}  // namespace zoo
