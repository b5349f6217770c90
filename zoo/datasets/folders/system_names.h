// Names that operating systems, network drives, editors and version control put among a user's own.
#pragma once

#include <string_view>

namespace zoo {

// Any that begins with a dot (.git, .ipynb_checkpoints, .Trashes), @eaDir, __MACOSX, $RECYCLE.BIN,
// lost+found, ...
bool is_system_folder(std::string_view name);
// "._1.jpg" (a file's properties, which macOS keeps beside it), .DS_Store, Thumbs.db, desktop.ini.
bool is_system_file(std::string_view name);

}  // namespace zoo
