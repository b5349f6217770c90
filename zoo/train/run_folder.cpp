#include "zoo/train/run_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "zoo/base/error.h"
#include "zoo/base/unfinished.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 7> kFiles{kRunRecipe,
                                                 kRunMetrics,
                                                 kRunSplit,
                                                 kRunBefore,
                                                 kRunState,
                                                 "state.safetensors.before",
                                                 "state.safetensors.new"};
constexpr std::array<std::string_view, 2> kModels{"best", "last"};
constexpr std::array<std::string_view, 2> kModelFiles{"config.json", "model.safetensors"};
constexpr std::string_view kMarkerText = "{\"zoo_run\": 1}\n";

bool among(const auto& names, const fs::path& path) {
  return std::find(names.begin(), names.end(), path.filename().native()) != names.end();
}

fs::file_type type_of(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::symlink_status(path, error).type();
  if (type == fs::file_type::none) fail(path, error.value(), "cannot look at it");
  return type;
}
bool is_file(const fs::path& path) {
  return type_of(path) == fs::file_type::regular;
}
bool is_folder(const fs::path& path) {
  return type_of(path) == fs::file_type::directory;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    entries.push_back(it->path());
  if (error) fail(folder, error.value(), "cannot read the folder");
  std::ranges::sort(entries);
  return entries;
}

// What a write leaves that was killed; a folder where one was to appear.
bool is_unfinished(const fs::path& path) {
  return is_unfinished_name(path.filename().native()) && (is_file(path) || is_folder(path));
}

// Of a model's folder.
fs::path foreign_in_model(const fs::path& folder) {
  for (const fs::path& entry : entries_of(folder))
    if (!is_unfinished(entry) && !(among(kModelFiles, entry) && is_file(entry))) return entry;
  return {};
}

void remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail(path, errno, "cannot remove it");
}

// Does nothing where something is in it.
void remove_empty(const fs::path& folder) {
  if (::rmdir(folder.c_str()) != 0 && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST)
    fail(folder, errno, "cannot remove it");
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) fail(path, error.value(), "cannot remove it");
}

}  // namespace

fs::path real_path(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) fail(path, error.value(), "cannot find it");
  return real.has_filename() ? real : real.parent_path();
}

bool is_run(const fs::path& folder) {
  return is_file(folder / kRunMarker);
}

bool holds_results(const fs::path& folder) {
  const auto there = [&](std::string_view name) {
    return type_of(folder / name) != fs::file_type::not_found;
  };
  return there(kRunMetrics) || there(kRunState) || std::ranges::any_of(kModels, there);
}

fs::path foreign_entry(const fs::path& folder) {
  for (const fs::path& entry : entries_of(folder)) {
    if (among(kModels, entry) && is_folder(entry)) {
      if (fs::path foreign = foreign_in_model(entry); !foreign.empty()) return foreign;
      continue;
    }
    const bool own_name =
        among(kFiles, entry) || entry.filename() == kRunMarker || entry.filename() == kRunBeside;
    const bool known = is_unfinished(entry) || (own_name && is_file(entry));
    if (!known) return entry;
  }
  return {};
}

bool has_fixed_name(const fs::path& folder) {
  struct statx status{};
  if (::statx(AT_FDCWD, folder.c_str(), AT_SYMLINK_NOFOLLOW, STATX_TYPE, &status) != 0)
    fail(folder, errno, "cannot look at it");
  return S_ISLNK(status.stx_mode) || (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

Descriptor lock_run(const fs::path& folder) {
  Descriptor lock = open_locked(folder / kRunMarker, [&] {
    throw Error(ErrorCode::usage, folder.string(), "another training is at work there",
                "Wait until it has ended, or make the run in another folder.");
  });
  struct stat status{};
  if (::fstat(lock.get(), &status) != 0) fail(folder / kRunMarker, errno, "cannot look at it");
  if (status.st_size == 0) {
    write_all(lock, std::as_bytes(std::span(kMarkerText)), folder / kRunMarker);
    if (::fsync(lock.get()) != 0) fail(folder / kRunMarker, errno, "cannot write it");
  }
  return lock;
}

void clear_run(const fs::path& folder) {
  for (const std::string_view name : kModels) {
    const fs::path model = folder / name;
    if (!is_folder(model)) continue;
    for (const fs::path& entry : entries_of(model))
      if (is_unfinished(entry) || (among(kModelFiles, entry) && is_file(entry))) remove_tree(entry);
    remove_empty(model);
  }
  for (const fs::path& entry : entries_of(folder))
    if (is_unfinished(entry) || (among(kFiles, entry) && is_file(entry))) remove_tree(entry);
}

// A kill leaves a folder that says of itself that it may go, or an empty one.
void remove_run(const fs::path& folder) {
  clear_run(folder);
  remove_file(folder / kRunMarker);
  remove_file(folder / kRunBeside);
  remove_empty(folder);
  sync_folder(folder.parent_path());
}

void require_room(const fs::path& folder, int64_t files, int64_t bytes) {
  std::vector<Descriptor> claimed;
  for (int64_t i = 0; i < files; ++i) {
    fs::path name;
    claimed.push_back(create_unfinished(folder, folder, 0666, name));
    ::unlink(name.c_str());
    if (::fallocate(claimed.back().get(), 0, 0, bytes) == 0) continue;
    if (errno != ENOSPC && errno != EDQUOT && errno != EFBIG) return;  // a file system that cannot say
    fail(folder, errno,
         "has no room for " + std::to_string(files) + " models of " + std::to_string(bytes) +
             " bytes (the best, the last, and one being written)");
  }
}

bool can_exchange(const fs::path& folder) {
  const UnfinishedFolder probe(folder / "probe");
  const fs::path a = probe.path() / "a", b = probe.path() / "b";
  for (const fs::path& path : {a, b})
    if (::mkdir(path.c_str(), 0777) != 0) fail(path, errno, "cannot create it");
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
}

void exchange_names(const fs::path& a, const fs::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) != 0)
    fail(b, errno, "cannot replace it");
}

void rename_entry(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, errno, "cannot write it");
}

}  // namespace zoo
