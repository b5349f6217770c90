#include "zoo/cache/known_caches.h"

#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <dirent.h>

#include "zoo/base/environment.h"
#include "zoo/base/file.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

fs::path below_user_cache(const fs::path& rest) {
  const auto cache = user_cache_folder();
  return cache ? *cache / rest : fs::path();
}

constexpr size_t kCommitDigits = 40, kHashDigits = 64;

bool is_hex(std::string_view text, size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

struct Close {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// Of a folder that is not there or may not be read: none. libstdc++'s own iterator ends the program where
// memory is short.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  const std::unique_ptr<DIR, Close> open(::opendir(folder.c_str()));
  while (const dirent* entry = open ? ::readdir(open.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") entries.push_back(folder / name);
  }
  return entries;
}

}  // namespace

fs::path torch_hub_folder() {
  const auto home = environment("TORCH_HOME");
  return (home ? fs::path(*home) : below_user_cache("torch")) / "hub" / "checkpoints";
}

fs::path hugging_face_folder() {
  if (const auto hub = environment("HF_HUB_CACHE")) return *hub;
  if (const auto hub = environment("HUGGINGFACE_HUB_CACHE")) return *hub;
  const auto home = environment("HF_HOME");
  return (home ? fs::path(*home) : below_user_cache("huggingface")) / "hub";
}

std::optional<fs::path> hugging_face_snapshot(const HubName& name) {
  std::error_code failed;
  const fs::path repository = hugging_face_folder() / ("models--" + name.owner + "--" + name.repository);
  const fs::path reference = repository / "refs" / name.revision;
  const std::string commit = fs::is_regular_file(reference, failed) ? read_text(reference) : name.revision;
  if (!is_hex(commit, kCommitDigits)) return std::nullopt;
  fs::path snapshot = repository / "snapshots" / commit;
  return fs::is_directory(snapshot, failed) ? std::optional(std::move(snapshot)) : std::nullopt;
}

std::string hugging_face_hash(const fs::path& file) {
  std::error_code failed;
  const fs::path blob = fs::canonical(file, failed);
  const std::string name = blob.filename();
  return !failed && blob.parent_path().filename() == "blobs" && is_hex(name, kHashDigits) ? name : "";
}

std::vector<fs::path> known_copies(const std::string& name, const Expected& expected) {
  std::vector<fs::path> copies;
  for (const fs::path& path : entries_of(torch_hub_folder())) {
    const int64_t size = size_of(path);
    const bool right_size = expected.bytes < 0 ? path.filename() == name : size == expected.bytes;
    if (size >= 0 && right_size) copies.push_back(path);
  }
  if (expected.sha256.empty()) return copies;
  for (const fs::path& repository : entries_of(hugging_face_folder())) {
    const fs::path blob = repository / "blobs" / expected.sha256;
    if (size_of(blob) >= 0) copies.push_back(blob);
  }
  return copies;
}

}  // namespace zoo
