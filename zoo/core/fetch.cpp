// The part of cache.h that needs libcurl: a program that does not fetch need not load it.
#include <algorithm>
#include <system_error>
#include <utility>

#include "zoo/core/cache.h"
#include "zoo/core/download.h"
#include "zoo/core/error.h"
#include "zoo/core/expected.h"
#include "zoo/core/file.h"
#include "zoo/core/lockfile.h"
#include "zoo/core/sha256.h"
#include "zoo/core/text.h"
#include "zoo/core/url.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

std::string first_use_note(const WeightFile& file, const std::string& sha256, const fs::path& folder) {
  return what_is_published(file) + "; its full SHA-256 " + sha256 + " is recorded in " +
         lock_path(folder).string();
}

// The file as it lies in `folder`, if it is the published one. A wrong one is as good as none, and `note`
// says so.
std::optional<FetchResult> find_present(const WeightFile& file, const fs::path& folder,
                                        const FetchOptions& options, std::string& note) {
  const fs::path path = folder / file.name;
  const int64_t size = size_of(path);
  if (size < 0) return std::nullopt;
  const std::optional<LockEntry> lock = read_lock(folder, file.name);
  const Expected expected = expect(file, lock, folder);
  if (expected.bytes >= 0 && size != expected.bytes) {
    note = path.string() + " had " + std::to_string(size) + " bytes instead of " +
           std::to_string(expected.bytes);
    return std::nullopt;
  }
  if (lock) return FetchResult{.path = path, .sha256 = lock->sha256, .downloaded = false, .note = {}};

  // Somebody else put it here.
  const std::string actual = sha256_file(path);
  if (!expected.matches(actual)) {
    note = path.string() + " had SHA-256 " + actual + " instead of " + expected.hash_text();
    return std::nullopt;
  }
  if (expected.sha256.empty() && !options.trust_prefix) {
    throw Error(ErrorCode::hash_mismatch, path.string(),
                "was not downloaded by zoo, and " + what_is_published(file) + " (its own is " + actual + ")",
                "Delete it to download it again, or accept it with --trust-prefix.");
  }
  FetchResult result{.path = path, .sha256 = actual, .downloaded = false, .note = {}};
  if (expected.sha256.empty()) result.note = first_use_note(file, actual, folder);
  try {
    write_lock(folder, file.name, {.sha256 = actual, .bytes = size});
  } catch (const Error& error) {
    // A cache that may only be read: the hash is computed again next time.
    if (error.code() != ErrorCode::io) throw;
  }
  return result;
}

// Receives the bytes of one file: writes, hashes, counts, and at the end says what is wrong with them.
class Receiver {
 public:
  Receiver(AtomicFile& out, const Expected& expected, std::string url)
      : out_(out), expected_(expected), url_(std::move(url)) {}

  void add(std::span<const std::byte> bytes) {
    if (beginning_.size() < kLooked) {
      beginning_.append(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kLooked));
    }
    received_ += static_cast<int64_t>(bytes.size());
    if (expected_.bytes >= 0 && received_ > expected_.bytes) {
      refuse("more than the expected " + std::to_string(expected_.bytes) + " bytes arrived");
    }
    hash_.update(bytes);
    out_.write(bytes);
  }

  // The SHA-256 of all.
  std::string finish() {
    if (expected_.bytes >= 0 && received_ != expected_.bytes) {
      refuse(std::to_string(received_) + " bytes arrived, expected " + std::to_string(expected_.bytes));
    }
    std::string actual = hash_.hex();
    if (!expected_.matches(actual)) refuse("SHA-256 is " + actual + ", expected " + expected_.hash_text());
    return actual;
  }

  int64_t received() const { return received_; }

 private:
  static constexpr size_t kLooked = 256;

  [[noreturn]] void refuse(const std::string& what) const {
    const std::string text = to_lower(beginning_);
    const bool page =
        text.find("<!doctype html") != std::string::npos || text.find("<html") != std::string::npos;
    throw Error(
        ErrorCode::hash_mismatch, url_, what,
        page ? "It looks like a web page, not like a file: is a login, a proxy or a moved address in the way?"
             : "These are not the published bytes; nothing was kept.");
  }

  AtomicFile& out_;
  const Expected& expected_;
  std::string url_;
  Sha256 hash_;
  int64_t received_ = 0;
  std::string beginning_;
};

FetchResult fetch_from(const WeightFile& file, const std::string& url, const fs::path& folder,
                       const FetchOptions& options) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw Error(ErrorCode::io, folder.string(), "cannot create the folder: " + failed.message());
  const fs::path path = folder / file.name;
  AtomicFile out(path, path.string() + ".part", [&] {
    if (options.progress) options.progress(0, file.bytes);
  });
  std::string note;
  if (auto found = find_present(file, folder, options, note)) return *found;  // another process was faster

  const Expected expected = expect(file, read_lock(folder, file.name), folder);
  const bool own_word = !expected.prefix.empty() && url_scheme(url) == "https";
  if (expected.sha256.empty() && !own_word && !options.trust_prefix) {
    throw Error(
        ErrorCode::hash_mismatch, url,
        what_is_published(file) + (expected.prefix.empty() ? "" : ", which is enough only over https"),
        "Accept it with --trust-prefix if you know where it comes from.");
  }
  Receiver receiver(out, expected, url);
  download(url, [&](std::span<const std::byte> bytes) { receiver.add(bytes); },
           {.progress = [&](int64_t received, int64_t total) {
             if (options.progress) options.progress(received, total >= 0 ? total : expected.bytes);
           }});
  FetchResult result{.path = path, .sha256 = receiver.finish(), .downloaded = true, .note = {}};
  if (!note.empty()) result.note = note + " and was replaced";
  if (expected.sha256.empty()) {
    result.note += (note.empty() ? "" : "; ") + first_use_note(file, result.sha256, folder);
  }
  // Recorded before the file appears: killed in between, the next download only has to match.
  write_lock(folder, file.name, {.sha256 = result.sha256, .bytes = receiver.received()});
  out.commit();
  return result;
}

}  // namespace

FetchResult fetch(const WeightRecord& record, const FetchOptions& options) {
  const fs::path folder = options.directory.empty() ? cache_directory() : options.directory;
  std::string note;
  for (const WeightFile& file : record.files) {
    if (auto found = find_present(file, folder, options, note)) return *found;
  }
  std::vector<Error> failures;
  for (const WeightFile& file : record.files) {
    for (const std::string& url : file.urls) {
      if (options.offline && !is_local_url(url)) continue;
      try {
        return fetch_from(file, url, folder, options);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::network && error.code() != ErrorCode::hash_mismatch) throw;
        failures.push_back(error);
      }
    }
  }
  if (failures.empty()) {
    throw Error(
        note.empty() ? ErrorCode::not_found : ErrorCode::hash_mismatch, record.name,
        (note.empty() ? "is not in " + folder.string() : note) + ", and --offline forbids to fetch it",
        "Run 'zoo download " + record.name + "' once where there is a network.");
  }
  std::string others;
  for (size_t i = 1; i < failures.size(); ++i) others += std::string("\n  then ") + failures[i].what();
  throw Error(failures.front().code(), "", failures.front().what() + others);
}

}  // namespace zoo
