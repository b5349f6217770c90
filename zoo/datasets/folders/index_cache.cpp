#include "zoo/datasets/folders/index_cache.h"

#include <algorithm>
#include <chrono>

#include "zoo/base/descriptor.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/file_bytes.h"
#include "zoo/base/sha256.h"
#include "zoo/cache/cache.h"
#include "zoo/datasets/folders/index_file.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kYoungNs = 2'000'000'000;

std::optional<FolderTree> read(const fs::path& root) {
  const fs::path path = index_cache_file(root);
  if (!is_own_file(path)) return std::nullopt;  // what others write names no files for us
  const HeldBytes file = read_bytes(path);
  IndexReader reader(file.bytes);
  if (reader.root() != fs::canonical(root).native()) return std::nullopt;
  for (const VisitedFolder& folder : reader.folders()) {
    if (folder_stamp(folder.path.empty() ? root : root / folder.path) != folder.stamp) return std::nullopt;
  }
  return reader.tree();
}

void write(const fs::path& root, const FolderTree& tree) {
  const fs::path path = index_cache_file(root);
  fs::create_directories(path.parent_path());
  AtomicFile file(path);
  write_index(fs::canonical(root).native(), tree,
              [&](std::span<const std::byte> bytes) { file.write(bytes); });
  file.commit();
}

}  // namespace

int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

fs::path index_cache_file(const fs::path& root) {
  constexpr size_t kDigits = 32;
  std::error_code error;
  const std::string whole = fs::canonical(root, error).native();
  if (error) throw Error(ErrorCode::io, root.string(), "cannot be found: " + error.message());
  const std::string name = sha256_hex(std::as_bytes(std::span(whole))).substr(0, kDigits);
  return cache_directory() / "index" / (name + ".bin");
}

std::optional<FolderTree> read_index_cache(const fs::path& root) {
  try {
    return read(root);
  } catch (const Error&) {  // none, damaged, or the tree has changed: it is made again
    return std::nullopt;
  } catch (const fs::filesystem_error&) {
    return std::nullopt;
  }
}

bool write_index_cache(const fs::path& root, const FolderTree& tree, int64_t walk_began_ns) {
  if (tree.files.size() < kSmallestCachedIndex) return false;
  const bool is_young = std::any_of(tree.folders.begin(), tree.folders.end(), [&](const VisitedFolder& f) {
    return std::max(f.stamp.modified_ns, f.stamp.changed_ns) > walk_began_ns - kYoungNs;
  });
  if (is_young) return false;
  try {
    write(root, tree);
    return true;
  } catch (const Error&) {
    return false;
  } catch (const fs::filesystem_error&) {
    return false;
  }
}

}  // namespace zoo
