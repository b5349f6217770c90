#include "zoo/datasets/folders/system_names.h"

#include <algorithm>
#include <array>

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

bool is_system_file(std::string_view name) {
  return name.starts_with("._") || holds(kFiles, name);
}

}  // namespace zoo
