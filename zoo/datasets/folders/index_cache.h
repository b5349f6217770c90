// The names in big folder trees, kept between runs in zoo's cache folder ("index/", one file a root), so that
// a million files are not listed again. It is used only while every folder of the tree is the same folder as
// then, with the same times; a damaged or foreign file counts as none.
#pragma once

#include <filesystem>
#include <optional>

#include "zoo/datasets/folders/folder_walk.h"

namespace zoo {

// Smaller trees are listed faster than anybody notices.
constexpr int64_t kSmallestCachedIndex = 10'000;  // files

// The tree as it was, if nothing has changed since; without its `folders`. Never throws but std::bad_alloc.
std::optional<FolderTree> read_index_cache(const std::filesystem::path& root);
// Keeps the tree, if it is big and no folder in it changed in the two seconds before `walk_began_ns` (a later
// change could have the same time as the one that was seen). Returns whether it is kept: a full disk or a
// cache that cannot be written costs time, not the run.
bool write_index_cache(const std::filesystem::path& root, const FolderTree& tree, int64_t walk_began_ns);

// Where it is kept. Throws Error{not_found, io}.
std::filesystem::path index_cache_file(const std::filesystem::path& root);
int64_t wall_clock_ns();

}  // namespace zoo
