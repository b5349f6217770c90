#include "zoo/convert/model_directory.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "zoo/core/error.h"
#include "zoo/core/file.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFolderMode = 0777;  // less what the umask takes

[[noreturn]] void fail(const fs::path& path, int error) {
  throw Error(ErrorCode::io, path.string(), "cannot write it: " + std::generic_category().message(error));
}

void require_new(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) throw Error(ErrorCode::usage, path.string(), "is there and is no folder");
  if (!fs::is_empty(path, error)) {
    throw Error(ErrorCode::usage, path.string(), "is there and is not empty",
                "Give a new folder: nothing is removed for you.");
  }
}

// A folder beside the target that is removed with all that is in it unless it took the target's name.
class FreshFolder {
 public:
  explicit FreshFolder(const fs::path& target) : target_(target) {
    std::string name = (target.parent_path() / ".zoo-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) fail(target, errno);
    path_ = name;
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::chmod(path_.c_str(), kFolderMode & ~mask);
  }
  ~FreshFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  FreshFolder(const FreshFolder&) = delete;
  FreshFolder& operator=(const FreshFolder&) = delete;

  const fs::path& path() const { return path_; }
  void commit() {
    if (::rename(path_.c_str(), target_.c_str()) != 0) fail(target_, errno);  // an empty folder gives way
    path_.clear();
  }

 private:
  fs::path target_, path_;
};

}  // namespace

std::string_view file_name(WeightsFile kind) {
  switch (kind) {
    case WeightsFile::safetensors:
      return "model.safetensors";
    case WeightsFile::flax:
      return "flax_model.msgpack";
    case WeightsFile::tf:
      return "tf_model.h5";
  }
  return "";
}

void write_weights(const fs::path& path, WeightsFile kind, const std::vector<NamedTensor>& tensors) {
  // The scope that Keras makes of the class's name.
  const auto is_head = [](const NamedTensor& tensor) { return tensor.name.starts_with("classifier."); };
  switch (kind) {
    case WeightsFile::safetensors:
      return write_safetensors(path, tensors);
    case WeightsFile::flax:
      return write_msgpack(path, tensors);
    case WeightsFile::tf:
      return write_keras(
          path, tensors,
          std::ranges::any_of(tensors, is_head) ? "tf_res_net_for_image_classification" : "tf_res_net_model");
  }
}

void write_model_directory(const fs::path& path, WeightsFile kind, const std::vector<NamedTensor>& tensors,
                           const std::vector<TextFile>& others) {
  const fs::path target = path.has_filename() ? path : path.parent_path();  // "DIR/" is "DIR"
  require_new(target);
  FreshFolder folder(target);
  write_weights(folder.path() / file_name(kind), kind, tensors);
  for (const TextFile& file : others) write_text(folder.path() / file.name, file.text);
  folder.commit();
}

}  // namespace zoo
