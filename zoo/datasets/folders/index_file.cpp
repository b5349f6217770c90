#include "zoo/datasets/folders/index_file.h"

#include <cstring>
#include <string_view>

#include "zoo/base/error.h"
#include "zoo/base/sha256.h"

namespace zoo {
namespace {

constexpr size_t kHashSize = 64;

[[noreturn]] void wrong() {
  throw Error(ErrorCode::corrupt, {}, "not an index");
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string_view::npos;
}

// Whether `path` leads from a root to something below it.
bool is_below(std::string_view path) {
  for (;;) {
    const size_t slash = path.find('/');
    if (!is_name(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool is_below(const FolderIndex& files) {
  const std::string_view paths = files.folder_paths(), names = files.file_names();
  uint64_t path_begin = 0;
  for (const FolderIndex::Folder& folder : files.folders()) {
    if (!is_below(paths.substr(path_begin, folder.path_end - path_begin))) return false;
    path_begin = folder.path_end;
  }
  size_t next = 0;  // folder
  std::string_view rest;
  uint32_t begin = 0;
  for (int64_t i = 0; i < files.size(); ++i) {
    if (next < files.folders().size() && files.folders()[next].first == i) {
      rest = names.substr(files.folders()[next++].name_begin);
      begin = 0;
    }
    const uint32_t end = files.name_ends()[static_cast<size_t>(i)];
    if (!is_name(rest.substr(begin, end - begin))) return false;
    begin = end;
  }
  return true;
}

class Writer {
 public:
  explicit Writer(const std::function<void(std::span<const std::byte>)>& sink) : sink_(sink) {
    put(&kIndexMagic, sizeof kIndexMagic);
  }

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
  void finish() {
    const std::string digits = hash_.hex();
    sink_(std::as_bytes(std::span(digits)));
  }

 private:
  void put(const void* data, size_t size) {
    const std::span bytes(static_cast<const std::byte*>(data), size);
    hash_.update(bytes);
    sink_(bytes);
  }
  const std::function<void(std::span<const std::byte>)>& sink_;
  Sha256 hash_;
};

}  // namespace

IndexReader::IndexReader(std::span<const std::byte> file) {
  uint64_t magic = 0;
  if (file.size() < sizeof magic + kHashSize) wrong();
  std::memcpy(&magic, file.data(), sizeof magic);
  const auto content = file.first(file.size() - kHashSize);
  if (magic != kIndexMagic || sha256_hex(content) != as_text(file.last(kHashSize))) wrong();
  rest_ = content.subspan(sizeof magic);
}

std::span<const std::byte> IndexReader::stretch() {
  uint64_t size = 0;
  if (rest_.size() < sizeof size) wrong();
  std::memcpy(&size, rest_.data(), sizeof size);
  rest_ = rest_.subspan(sizeof size);
  if (size > rest_.size()) wrong();
  const auto found = rest_.first(size);
  rest_ = rest_.subspan(size);
  return found;
}

std::string IndexReader::text() {
  return std::string(as_text(stretch()));
}

std::vector<std::string> IndexReader::texts() {
  const std::string_view all = as_text(stretch());
  std::vector<std::string> items;
  for (size_t at = 0; at < all.size();) {
    const size_t end = all.find('\0', at);
    if (end == std::string_view::npos) wrong();
    items.emplace_back(all.substr(at, end - at));
    at = end + 1;
  }
  return items;
}

template <class Item>
std::vector<Item> IndexReader::list() {
  const std::span<const std::byte> found = stretch();
  std::vector<Item> items(found.size() / sizeof(Item));
  if (items.size() * sizeof(Item) != found.size()) wrong();
  if (!items.empty()) std::memcpy(items.data(), found.data(), found.size());
  return items;
}

std::string IndexReader::root() {
  return text();
}

std::vector<VisitedFolder> IndexReader::folders() {
  std::vector<std::string> paths = texts();
  const auto stamps = list<FolderStamp>();
  if (paths.size() != stamps.size()) wrong();
  std::vector<VisitedFolder> folders;
  folders.reserve(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) {
    if (!paths[i].empty() && !is_below(paths[i])) wrong();
    folders.push_back({std::move(paths[i]), stamps[i]});
  }
  return folders;
}

FolderTree IndexReader::tree() {
  FolderTree tree;
  tree.classes = texts();
  tree.left_out = texts();
  FolderIndex::Parts parts;
  parts.folders = list<FolderIndex::Folder>();
  parts.folder_paths = text();
  parts.file_names = text();
  parts.name_ends = list<uint32_t>();
  const auto classes = static_cast<int64_t>(tree.classes.size());
  if (!rest_.empty() || !tree.files.assign(std::move(parts), classes) || !is_below(tree.files)) wrong();
  return tree;
}

void write_index(const std::string& root, const FolderTree& tree,
                 const std::function<void(std::span<const std::byte>)>& sink) {
  Writer writer(sink);
  writer.text(root);
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
}

}  // namespace zoo
