// Which folders hold the parts of a data set rather than its classes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace zoo {

// Whether `root`, whose folders these are, is divided into parts: it holds one for training beside others, or
// no folders but parts, two or more or one for training alone. A part is called so (part_names.h) and has
// class folders, tar shards or a metadata.csv in it. Folders of which the names say more ("seg_train") are
// parts where two or more hold folders of the same names and no pictures of their own.
bool is_divided_folder(const std::filesystem::path& root, const std::vector<std::string>& folders);

// Throws Error{mismatch} for folders, of a root that is not divided, that can be no classes all the same: all
// are called as parts are, or all hold the same folders, two or more, and no pictures of their own.
void require_class_folders(const std::filesystem::path& root, const std::vector<std::string>& folders);

}  // namespace zoo
