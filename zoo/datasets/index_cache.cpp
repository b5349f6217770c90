#include "zoo/datasets/index_cache.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "zoo/core/cache.h"
#include "zoo/core/error.h"
#include "zoo/core/file.h"
#include "zoo/core/sha256.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

// magic, then each list as its number of bytes and the bytes, then the SHA-256 of all that, in hex. In this
// machine's byte order: the file is read where it was written, and the magic tells others.
constexpr uint64_t kMagic = 0x0131584449'4f4f5aULL;  // "ZOOIDX1", 1
constexpr size_t kHashSize = 64;
constexpr int64_t kYoungNs = 2'000'000'000;

class Writer {
 public:
  explicit Writer(AtomicFile& file) : file_(file) { put(&kMagic, sizeof kMagic); }

  template <class Item>
  void list(const Item* items, size_t count) {
    const uint64_t bytes = count * sizeof(Item);
    put(&bytes, sizeof bytes);
    put(items, bytes);
  }
  void text(std::string_view characters) { list(characters.data(), characters.size()); }
  // Strings behind each other, a NUL after each: no name holds one.
  template <class Range, class Get>
  void texts(const Range& range, Get get) {
    std::string all;
    for (const auto& item : range) (all += get(item)) += '\0';
    text(all);
  }
  void finish() { file_.write(hash_.hex()); }

 private:
  void put(const void* data, size_t size) {
    const std::span bytes(static_cast<const std::byte*>(data), size);
    hash_.update(bytes);
    file_.write(bytes);
  }
  AtomicFile& file_;
  Sha256 hash_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class Item>
  std::vector<Item> list() {
    const std::span<const std::byte> found = stretch();
    std::vector<Item> items(found.size() / sizeof(Item));
    if (items.size() * sizeof(Item) != found.size()) wrong();
    if (!items.empty()) std::memcpy(items.data(), found.data(), found.size());
    return items;
  }
  std::string text() {
    const std::span<const std::byte> found = stretch();
    return {reinterpret_cast<const char*>(found.data()), found.size()};
  }
  std::vector<std::string> texts() {
    const std::string all = text();
    std::vector<std::string> items;
    for (size_t at = 0; at < all.size();) {
      const size_t end = all.find('\0', at);
      if (end == std::string::npos) wrong();
      items.push_back(all.substr(at, end - at));
      at = end + 1;
    }
    return items;
  }

  [[noreturn]] static void wrong() { throw Error(ErrorCode::corrupt, {}, "not an index"); }

 private:
  std::span<const std::byte> stretch() {
    uint64_t size = 0;
    if (bytes_.size() < sizeof size) wrong();
    std::memcpy(&size, bytes_.data(), sizeof size);
    bytes_ = bytes_.subspan(sizeof size);
    if (size > bytes_.size()) wrong();
    const auto found = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return found;
  }
  std::span<const std::byte> bytes_;
};

std::span<const std::byte> checked(const MappedFile& file) {
  const auto bytes = file.bytes();
  uint64_t magic = 0;
  if (bytes.size() < sizeof magic + kHashSize) Reader::wrong();
  std::memcpy(&magic, bytes.data(), sizeof magic);
  const auto content = bytes.first(bytes.size() - kHashSize);
  if (magic != kMagic || sha256_hex(content) != file.text().substr(content.size())) Reader::wrong();
  return content.subspan(sizeof magic);
}

// The folders come first, so that a tree that has changed costs no more than their stamps.
FolderTree read(const fs::path& root) {
  const MappedFile file(index_cache_file(root));
  Reader reader(checked(file));
  if (reader.text() != fs::canonical(root).native()) Reader::wrong();
  const std::vector<std::string> paths = reader.texts();
  const auto stamps = reader.list<FolderStamp>();
  if (paths.size() != stamps.size()) Reader::wrong();
  for (size_t i = 0; i < paths.size(); ++i) {
    if (folder_stamp(paths[i].empty() ? root : root / paths[i]) != stamps[i]) Reader::wrong();
  }
  FolderTree tree;
  tree.classes = reader.texts();
  tree.left_out = reader.texts();
  FolderIndex::Parts parts;
  parts.folders = reader.list<FolderIndex::Folder>();
  parts.folder_paths = reader.text();
  parts.file_names = reader.text();
  parts.name_ends = reader.list<uint32_t>();
  if (!tree.files.assign(std::move(parts), static_cast<int64_t>(tree.classes.size()))) Reader::wrong();
  return tree;
}

void write(const fs::path& root, const FolderTree& tree) {
  const fs::path path = index_cache_file(root);
  fs::create_directories(path.parent_path());
  AtomicFile file(path);
  Writer writer(file);
  writer.text(fs::canonical(root).native());
  writer.texts(tree.folders, [](const VisitedFolder& folder) { return folder.path; });
  std::vector<FolderStamp> stamps;
  stamps.reserve(tree.folders.size());
  for (const VisitedFolder& folder : tree.folders) stamps.push_back(folder.stamp);
  writer.list(stamps.data(), stamps.size());
  const auto itself = [](const std::string& text) { return text; };
  writer.texts(tree.classes, itself);
  writer.texts(tree.left_out, itself);
  writer.list(tree.files.folders().data(), tree.files.folders().size());
  writer.text(tree.files.folder_paths());
  writer.text(tree.files.file_names());
  writer.list(tree.files.name_ends().data(), tree.files.name_ends().size());
  writer.finish();
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

void write_index_cache(const fs::path& root, const FolderTree& tree, int64_t walk_began_ns) {
  if (tree.files.size() < kSmallestCachedIndex) return;
  const bool is_young = std::any_of(tree.folders.begin(), tree.folders.end(), [&](const VisitedFolder& f) {
    return std::max(f.stamp.modified_ns, f.stamp.changed_ns) > walk_began_ns - kYoungNs;
  });
  if (is_young) return;
  try {
    write(root, tree);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a full disk or a cache that cannot be written
                            // costs time, not the run
  } catch (const fs::filesystem_error&) {  // NOLINT(bugprone-empty-catch): the same
  }
}

}  // namespace zoo
