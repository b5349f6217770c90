#include "zoo/fetch/fetch.h"

#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

#include "zoo/base/error.h"
#include "zoo/base/linked_copy.h"
#include "zoo/base/sha256.h"
#include "zoo/base/url.h"
#include "zoo/cache/cache.h"
#include "zoo/cache/expected.h"
#include "zoo/cache/known_caches.h"
#include "zoo/cache/lockfile.h"
#include "zoo/cache/verified.h"
#include "zoo/fetch/hub.h"
#include "zoo/fetch/part_file.h"
#include "zoo/fetch/present.h"
#include "zoo/fetch/receive.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

void check_trust(const WeightFile& file, const FileSource& source, const Expected& expected,
                 const FetchOptions& options) {
  const bool own_word = !expected.prefix.empty() && source.own && url_scheme(source.url) == "https";
  if (!expected.sha256.empty() || own_word || options.trust_prefix) return;
  const std::string enough =
      source.own ? ", which is enough only over https" : ", which is enough only from the publisher";
  throw Error(ErrorCode::hash_mismatch, source.url,
              what_is_published(file) + (expected.prefix.empty() ? "" : enough),
              "Accept it with --trust-prefix if you know where it comes from.");
}

// Removes the folders of a file below the cache's that are empty in the end, because nothing came.
class FolderOfFile {
 public:
  // `name` is the file's below the cache: "url/0123/net.pth".
  FolderOfFile(const fs::path& cache, const fs::path& name) {
    for (fs::path folder = name.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
      folders_.push_back(cache / folder);
    const fs::path innermost = folders_.empty() ? cache : folders_.front();
    std::error_code failed;
    fs::create_directories(innermost, failed);
    if (failed)
      throw Error(ErrorCode::io, innermost.string(), "cannot create the folder: " + failed.message());
  }
  ~FolderOfFile() {  // where memory may be short
    for (const fs::path& folder : folders_)
      if (::rmdir(folder.c_str()) != 0) return;
  }
  FolderOfFile(const FolderOfFile&) = delete;
  FolderOfFile& operator=(const FolderOfFile&) = delete;

 private:
  std::vector<fs::path> folders_;  // below the cache's, the innermost first
};

// Waits until nobody else gets the file, and then gives what they left, or else what `get` makes of the part.
template <typename Get>
FetchResult fetch_alone(const WeightFile& file, const fs::path& folder, const FetchOptions& options,
                        Get get) {
  const fs::path path = folder / file.name;
  const FolderOfFile made(folder, file.name);
  PartFile part(path, [&] {
    if (options.progress) options.progress(0, file.bytes);
  });
  std::string note;
  if (auto found = find_present(file, folder, options, note)) return *found;  // another process was faster
  const Expected expected = expect(file, folder, options.project_lock);
  FetchResult result = get(part, expected);
  result.path = path;
  if (!note.empty()) result.note = note + " and was replaced";
  if (expected.sha256.empty()) {
    result.note += (note.empty() ? "" : "; ") + first_use_note(file, result.sha256, folder);
  }
  return result;
}

FetchResult fetch_from(const WeightFile& file, const FileSource& source, const fs::path& folder,
                       const FetchOptions& options) {
  return fetch_alone(file, folder, options, [&](PartFile& part, const Expected& expected) {
    check_trust(file, source, expected, options);
    const std::string sha256 = receive(part, source.url, expected, options);
    // Recorded before the file appears: killed in between, the next download only has to match.
    write_lock(folder, file.name, {.sha256 = sha256, .bytes = part.size()});
    part.commit();
    remember_sha256(folder, file.name, sha256);
    return FetchResult{.sha256 = sha256, .downloaded = true};
  });
}

// From another program's cache: linked, or else copied.
FetchResult fetch_known_copy(const WeightFile& file, const fs::path& copy, const fs::path& folder,
                             const FetchOptions& options) {
  FetchResult result = fetch_alone(file, folder, options, [&](PartFile& part, const Expected& expected) {
    LinkedCopy link(copy, folder / file.name);
    const fs::path& bytes = link.is_there() ? link.temporary() : copy;
    const std::string actual = sha256_file(bytes);
    if (!expected.matches(actual)) throw Error(ErrorCode::hash_mismatch, copy.string(), "is another file");
    if (!link.is_there()) receive(part, file_url(fs::absolute(copy)), expected, options);
    write_lock(folder, file.name, {.sha256 = actual, .bytes = size_of(bytes)});
    if (link.is_there()) {
      part.discard();  // nobody will go on from it
      link.commit();
    } else {
      part.commit();
    }
    remember_sha256(folder, file.name, actual);
    return FetchResult{.sha256 = actual};
  });
  result.note += (result.note.empty() ? "" : "; ") + ("taken from " + copy.string());
  return result;
}

// A file of this machine for which there is no place in the cache (read-only, say, or full: `failure`). Where
// a folder was asked for, the file has to be in it.
std::optional<FetchResult> use_in_place(const WeightFile& file, const fs::path& path, const fs::path& folder,
                                        const FetchOptions& options, const Error& failure) {
  if (failure.code() != ErrorCode::io || !options.directory.empty() || size_of(path) < 0) return std::nullopt;
  const Expected expected = expect(file, folder, options.project_lock);
  if (expected.sha256.empty() && !options.trust_prefix) return std::nullopt;
  const std::string actual = verified_sha256(folder, path);
  if (!expected.matches(actual)) return std::nullopt;
  return FetchResult{.path = path,
                     .sha256 = actual,
                     .note = path.string() + " is used where it lies (" + failure.what() + ")"};
}

std::optional<FetchResult> fetch_known_copy(const WeightFile& file, const fs::path& folder,
                                            const FetchOptions& options) {
  const Expected expected = expect(file, folder, options.project_lock);
  if (expected.sha256.empty() && !options.trust_prefix) return std::nullopt;
  for (const fs::path& copy : known_copies(file.name, expected)) {
    try {
      return fetch_known_copy(file, copy, folder, options);
    } catch (const Error& error) {
      if (auto found = use_in_place(file, copy, folder, options, error)) return found;
      if (error.code() != ErrorCode::hash_mismatch && error.code() != ErrorCode::network) throw;
    }
  }
  return std::nullopt;
}

// Of a file whose hash nobody has published but the hub, which is asked for it. Nothing if it is not the
// hub's.
std::optional<FetchResult> fetch_by_hub_hash(const WeightFile& file, const FileSource& source,
                                             const fs::path& folder, const FetchOptions& options) {
  const std::optional<HubUrl> hub = source.own ? parse_hub_url(source.url) : std::nullopt;
  if (!hub || !is_hub_secure()) return std::nullopt;
  const Expected expected = expect(file, folder, options.project_lock);
  if (!expected.sha256.empty() || !expected.prefix.empty()) return std::nullopt;
  const HubFile found = look_up(hub->name, hub->file, options.network);
  if (found.sha256.empty()) return std::nullopt;
  WeightFile told = file;
  told.sha256 = found.sha256;
  told.bytes = found.bytes;
  std::optional<FetchResult> result = fetch_known_copy(told, folder, options);
  if (!result) result = fetch_from(told, {.url = found.url, .own = true}, folder, options);
  result->note += (result->note.empty() ? "" : "; ") + hub_note(found.commit, result->sha256, folder);
  return result;
}

FetchResult fetch_file(const WeightRecord& record, const FetchOptions& options) {
  const fs::path folder = options.directory.empty() ? cache_directory() : options.directory;
  std::string note;
  if (auto found = find_present(record, options, note)) return *found;
  for (const WeightFile& file : record.files) {
    if (auto found = fetch_known_copy(file, folder, options)) return *found;
  }
  std::vector<Error> failures;
  for (const WeightFile& file : record.files) {
    for (const FileSource& source : sources_of(file, options.mirrors)) {
      if (!is_local_url(source.url) && (options.offline || (is_hub_offline() && is_of_hub(source.url))))
        continue;
      try {
        if (auto result = fetch_by_hub_hash(file, source, folder, options)) return *result;
        return fetch_from(file, source, folder, options);
      } catch (const Error& error) {
        if (is_local_url(source.url)) {
          const fs::path path = path_of_file_url(source.url);
          if (auto found = use_in_place(file, path, folder, options, error)) return *found;
        }
        if (error.code() != ErrorCode::network && error.code() != ErrorCode::hash_mismatch) throw;
        failures.push_back(error);
      }
    }
  }
  if (failures.empty()) {
    throw Error(note.empty() ? ErrorCode::not_found : ErrorCode::hash_mismatch, record.name,
                (note.empty() ? "is not in " + folder.string() : note) + ", and " +
                    (options.offline ? "--offline" : "HF_HUB_OFFLINE") + " forbids to fetch it",
                "Run 'zoo download " + record.name + "' once where there is a network.");
  }
  std::string others;
  for (size_t i = 1; i < failures.size(); ++i) others += std::string("; then ") + failures[i].what();
  throw Error(failures.front().code(), "", failures.front().what() + others);
}

}  // namespace

FetchOptions environment_fetch_options() {
  FetchOptions options;
  options.mirrors = environment_mirrors();
  options.project_lock = find_project_lock();
  return options;
}

FetchResult fetch(const WeightRecord& record, const FetchOptions& options) {
  FetchOptions with_token = options;
  with_token.network = with_hub_token(options.network);
  FetchResult result = fetch_file(record, with_token);
  if (!record.shadows.empty()) {
    result.note += (result.note.empty() ? "" : "; ") +
                   ("it is of " + record.place + ", in the place of zoo's own '" + record.shadows + "'");
  }
  return result;
}

}  // namespace zoo
