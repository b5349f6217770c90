#include "zoo/datasets/folders/system_names.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "zoo/base/run_marker.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

constexpr std::array<std::string_view, 10> kFolders{
    "@eadir",   "@recycle",    "@recently-snapshot", "#recycle",   "#snapshot",
    "__macosx", "__pycache__", "$recycle.bin",       "lost+found", "system volume information"};
constexpr std::array<std::string_view, 3> kFiles{".ds_store", "thumbs.db", "desktop.ini"};

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), to_lower(name)) != names.end();
}

}  // namespace

bool is_system_folder(std::string_view name) {
  return name.starts_with('.') || holds(kFolders, name);
}

std::string_view why_no_class(const std::filesystem::path& folder) {
  std::error_code error;
  if (is_system_folder(folder.filename().string())) return "a system folder";
  return std::filesystem::is_regular_file(folder / kRunMarker, error) ? "a training run" : "";
}

bool is_system_file(std::string_view name) {
  return name.starts_with("._") || holds(kFiles, name);
}

}  // namespace zoo
