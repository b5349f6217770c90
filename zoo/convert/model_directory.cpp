#include "zoo/convert/model_directory.h"

#include <algorithm>
#include <system_error>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/unfinished.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

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
  UnfinishedFolder folder(target);
  write_weights(folder.path() / file_name(kind), kind, tensors);
  for (const TextFile& file : others) write_text(folder.path() / file.name, file.text);
  folder.commit();
}

}  // namespace zoo
