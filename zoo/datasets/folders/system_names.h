// Names that operating systems, network drives, editors and version control put among a user's own.
#pragma once

#include <filesystem>
#include <string_view>

namespace zoo {

// Any that begins with a dot (.git, .ipynb_checkpoints, .Trashes), @eaDir, __MACOSX, $RECYCLE.BIN,
// lost+found, ...
bool is_system_folder(std::string_view name);
// Why a folder among class folders is none of them: "a system folder", or "a training run", of which data is
// not made; else nothing.
std::string_view why_no_class(const std::filesystem::path& folder);
// "._1.jpg" (a file's properties, which macOS keeps beside it), .DS_Store, Thumbs.db, desktop.ini.
bool is_system_file(std::string_view name);

}  // namespace zoo
