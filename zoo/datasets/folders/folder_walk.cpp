#include "zoo/datasets/folders/folder_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <compare>
#include <memory>
#include <set>

#include "zoo/base/descriptor.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/datasets/dataset.h"
#include "zoo/datasets/folders/system_names.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kSuffixes{".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                                    ".pgm", ".tif",  ".tiff", ".webp"};
// A line for each of a million text files beside the pictures would take more memory than the index.
constexpr size_t kMostLeftOut = 10'000;
// Of folders that were listed before: forty folders, in each of which two links lead to the next, have 2^40
// paths.
constexpr size_t kMostAgain = 10'000;

constexpr const char* kDoing = "the folder cannot be read";

struct FolderIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  friend auto operator<=>(const FolderIdentity&, const FolderIdentity&) = default;
};

struct Listing {
  FolderIdentity identity;
  FolderStamp stamp;                        // taken before the names
  std::vector<std::string> folders, files;  // names, sorted
  std::vector<std::string> system_folders;
};

FolderStamp stamp_of(const struct stat& status) {
  const auto nanoseconds = [](const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; };
  return {status.st_ino, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

// Links count as what they lead to, and broken ones as files.
bool is_folder(int parent, const dirent& entry) {
  if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat status{};
  return ::fstatat(parent, entry.d_name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

Listing list_folder(const fs::path& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) fail(path, errno, kDoing);
  const int descriptor = ::dirfd(folder.get());
  struct stat status{};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) fail(path, errno, kDoing);
  Listing listing{{status.st_dev, status.st_ino}, stamp_of(status), {}, {}, {}};
  for (errno = 0; const dirent* entry = ::readdir(folder.get()); errno = 0) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    const bool is_file = !is_folder(descriptor, *entry);
    (is_file                              ? listing.files
     : !why_no_class(path / name).empty() ? listing.system_folders
                                          : listing.folders)
        .emplace_back(name);
  }
  if (errno != 0) fail(path, errno, kDoing);
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.files.begin(), listing.files.end());
  std::sort(listing.system_folders.begin(), listing.system_folders.end());
  return listing;
}

bool holds_classes(const fs::path& folder) {
  return list_folder(folder).folders.size() > 1;
}

class Walk {
 public:
  Walk(const fs::path& root, bool may_have_one_class)
      : root_(root), may_have_one_class_(may_have_one_class) {}

  FolderTree run() {
    const Listing top = list_folder(root_);
    require_classes(top);
    ancestors_ = {top.identity};
    tree_.folders.push_back({"", top.stamp});
    for (const std::string& file : top.files) leave_out(file + ": not in a class folder");
    for (const std::string& name : top.system_folders)
      leave_out(name + "/: " + std::string(why_no_class(root_ / name)));
    for (const std::string& name : top.folders) add_class(name);
    if (left_out_ > kMostLeftOut) {
      tree_.left_out.push_back("and " + format_count(static_cast<int64_t>(left_out_ - kMostLeftOut)) +
                               " more files");
    }
    tree_.files.shrink_to_fit();
    return std::move(tree_);
  }

 private:
  struct Folder {
    std::string path;  // relative to the root
    std::vector<std::string> files;
  };

  void leave_out(std::string line) {
    if (++left_out_ <= kMostLeftOut) tree_.left_out.push_back(std::move(line));
  }

  void require_classes(const Listing& top) const {
    if (top.folders.empty()) {
      throw Error(ErrorCode::mismatch, root_.string(), "no class folder in it",
                  "Put the pictures of each class into a folder of its own.");
    }
    if (top.folders.size() == 1 && !may_have_one_class_) {
      const std::string inner = (root_ / top.folders[0]).string();
      throw Error(ErrorCode::mismatch, root_.string(), "only one class folder, '" + top.folders[0] + "'",
                  holds_classes(root_ / top.folders[0])
                      ? "It holds the class folders: give '" + inner + "' itself."
                      : "At least two classes are needed; name the folder that holds the class folders.");
    }
  }

  void add_class(const std::string& name) {
    std::vector<Folder> folders;
    collect(name, folders);
    // torchvision sorts the whole paths of the folders, in which '/' counts as a character.
    std::sort(folders.begin(), folders.end(),
              [](const Folder& a, const Folder& b) { return a.path < b.path; });
    const int64_t before = tree_.files.size();
    const auto label = static_cast<int32_t>(tree_.classes.size());
    for (Folder& folder : folders) {
      for (const std::string& file : folder.files) {
        if (is_system_file(file))
          leave_out(folder.path + "/" + file + ": a system file");
        else if (!has_picture_suffix(file))
          leave_out(folder.path + "/" + file + ": not a picture's suffix");
      }
      std::erase_if(folder.files, [](const std::string& file) {
        return is_system_file(file) || !has_picture_suffix(file);
      });
      tree_.files.add_folder(folder.path, label, folder.files);
    }
    if (tree_.files.size() == before) {
      throw Error(
          ErrorCode::mismatch, (root_ / name).string(), "no picture in this class folder",
          "Add pictures (" + join({kSuffixes.begin(), kSuffixes.end()}, " ") + "), or remove the folder.");
    }
    tree_.classes.push_back(name);
  }

  void collect(const std::string& path, std::vector<Folder>& found) {
    Listing listing = list_folder(root_ / path);
    tree_.folders.push_back({path, listing.stamp});
    if (!known_.insert(listing.identity).second && ++again_ > kMostAgain) {
      throw Error(ErrorCode::mismatch, (root_ / path).string(),
                  "more than " + format_count(kMostAgain) + " folders are here by several links",
                  "Keep one link to each.");
    }
    if (std::find(ancestors_.begin(), ancestors_.end(), listing.identity) != ancestors_.end()) {
      leave_out(path + ": a link to a folder that holds it");
      return;
    }
    ancestors_.push_back(listing.identity);
    const std::string before = path + "/";
    for (const std::string& name : listing.system_folders)
      leave_out(before + name + "/: " + std::string(why_no_class(root_ / (before + name))));
    for (const std::string& name : listing.folders) collect(before + name, found);
    ancestors_.pop_back();
    found.push_back({path, std::move(listing.files)});
  }

  const fs::path& root_;
  bool may_have_one_class_;
  FolderTree tree_;
  size_t left_out_ = 0, again_ = 0;
  std::set<FolderIdentity> known_;
  std::vector<FolderIdentity> ancestors_;  // of the folder that is looked at, from the root on
};

}  // namespace

bool has_picture_suffix(std::string_view file_name) {
  constexpr size_t longest = 5;
  const std::string end = to_lower(file_name.substr(file_name.size() - std::min(longest, file_name.size())));
  return std::any_of(kSuffixes.begin(), kSuffixes.end(),
                     [&](std::string_view suffix) { return end.ends_with(suffix); });
}

FolderStamp folder_stamp(const fs::path& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) fail(folder, errno, kDoing);
  return stamp_of(status);
}

FolderTree walk_class_folders(const fs::path& root, bool may_have_one_class) {
  std::error_code error;
  const fs::file_status status = fs::status(root, error);
  if (status.type() == fs::file_type::not_found) {
    throw Error(ErrorCode::not_found, root.string(), "no such folder", "Check the path.");
  }
  if (error) throw Error(ErrorCode::io, root.string(), std::string(kDoing) + ": " + error.message());
  if (!fs::is_directory(status)) {
    throw Error(ErrorCode::mismatch, root.string(), "not a folder",
                "Name the folder that holds the class folders.");
  }
  return Walk(root, may_have_one_class).run();
}

}  // namespace zoo
