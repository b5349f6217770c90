#include "zoo/resolve/model_folder.h"

#include <array>
#include <system_error>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/checkpoint/sharded.h"
#include "zoo/resolve/transformers_config.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> weights_at(const fs::path& folder_or_file) {
  std::error_code unreadable;
  if (fs::is_directory(folder_or_file, unreadable)) return find_weights_in(folder_or_file);
  if (!is_weights_name(folder_or_file.filename().string())) return std::nullopt;
  return folder_or_file;
}

std::array<fs::path, 3> candidates_in(const fs::path& directory) {
  return {directory, directory / "best", directory / "last"};
}

}  // namespace

ArchSpec ModelFolder::arch() const {
  return timm ? arch_of(timm->card) : read_transformers_arch(config_text, config_path().string());
}

std::optional<ModelFolder> find_model_folder(const fs::path& folder_or_file, bool arch_is_given,
                                             std::vector<std::string>* notes) {
  const std::optional<fs::path> weights = weights_at(folder_or_file);
  if (!weights) return std::nullopt;
  ModelFolder folder{.path = weights->parent_path(), .weights = *weights, .config_text = {}, .timm = {}};
  std::error_code unreadable;
  if (!fs::is_regular_file(folder.config_path(), unreadable)) return std::nullopt;
  folder.config_text = read_text(folder.config_path());
  const ConfigKind kind =
      arch_is_given ? kind_of_config_beside_arch(folder.config_text) : kind_of_config(folder.config_text);
  if (kind == ConfigKind::foreign) {
    if (notes != nullptr)
      notes->push_back(folder.config_path().string() + " describes no model that zoo has and is left alone");
    return std::nullopt;
  }
  if (kind != ConfigKind::transformers)
    folder.timm = parse_config_json(folder.config_text, folder.config_path().string());
  return folder;
}

std::optional<ModelFolder> find_model(const fs::path& directory, bool arch_is_given,
                                      std::vector<std::string>* notes) {
  for (const fs::path& candidate : candidates_in(directory))
    if (auto folder = find_model_folder(candidate, arch_is_given, notes)) return folder;
  return std::nullopt;
}

fs::path model_in(const fs::path& path) {
  std::error_code unreadable;
  if (!fs::is_directory(path, unreadable)) return path;
  std::optional<ModelFolder> folder;
  try {
    folder = find_model(path);
  } catch (const Error&) {
    folder.reset();  // a config.json that cannot be read hides no tensors
  }
  if (folder) return folder->path;
  for (const fs::path& candidate : candidates_in(path))
    if (fs::is_directory(candidate, unreadable) && find_weights_in(candidate)) return candidate;
  return path;
}

}  // namespace zoo
