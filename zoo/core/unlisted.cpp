#include "zoo/core/unlisted.h"

#include <string_view>
#include <system_error>

#include "zoo/core/error.h"
#include "zoo/core/expected.h"
#include "zoo/core/file.h"
#include "zoo/core/lockfile.h"
#include "zoo/core/sha256.h"
#include "zoo/core/url.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kHashMark = "#sha256=";
constexpr std::string_view kWeights = "model.safetensors";
constexpr std::string_view kConfig = "config.json";
constexpr std::string_view kPreprocessor = "preprocessor_config.json";  // transformers' own models have it
constexpr int64_t kNotFound = 404;

std::string hash_of(std::string_view text) {
  return sha256_hex(std::as_bytes(std::span(text)));
}

fs::path folder_of(const FetchOptions& options) {
  return options.directory.empty() ? cache_directory() : options.directory;
}

bool is_recorded(const std::string& file_name, const fs::path& folder) {
  const auto lock = read_lock(folder, file_name);
  return lock && size_of(folder / file_name) == lock->bytes;
}

// torch hub's convention: NAME-HASH.SUFFIX with 8 digits or more.
std::string prefix_in(const std::string& name) {
  const size_t dot = name.find_last_of('.');
  const size_t dash = name.find_last_of('-', dot);
  if (dot == std::string::npos || dash == std::string::npos) return "";
  const std::string digits = name.substr(dash + 1, dot - dash - 1);
  const bool hash =
      digits.size() >= 8 && digits.size() < 64 && digits.find_first_not_of(kHexDigits) == std::string::npos;
  return hash ? digits : "";
}

std::string hash_after(const std::string& url, size_t mark) {
  const std::string hash = url.substr(mark + kHashMark.size());
  if (hash.size() == 64 && hash.find_first_not_of(kHexDigits) == std::string::npos) return hash;
  throw Error(ErrorCode::usage, url,
              "what follows " + std::string(kHashMark) + " is not 64 lower-case hex digits");
}

// Written whole, checked against what was recorded earlier, and recorded.
void keep_text(const std::string& text, const std::string& file_name, const fs::path& folder,
               const FetchOptions& options) {
  const std::string sha256 = hash_of(text);
  const Expected expected = expect({.name = file_name}, folder, options.project_lock);
  if (!expected.matches(sha256)) {
    throw Error(ErrorCode::hash_mismatch, (folder / file_name).string(),
                "the hub now has another one, of SHA-256 " + sha256 + ", recorded is " + expected.sha256,
                "Name the revision that you want: hf:OWNER/REPO@REVISION.");
  }
  const fs::path path = folder / file_name;
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (failed)
    throw Error(ErrorCode::io, path.parent_path().string(), "cannot create the folder: " + failed.message());
  write_lock(folder, file_name, {.sha256 = sha256, .bytes = static_cast<int64_t>(text.size())});
  write_text(path, text);
}

}  // namespace

UnlistedFile file_of_hub(const HubName& name, const std::string& file, const FetchOptions& options) {
  UnlistedFile unlisted;
  unlisted.file.name = hub_cache_folder(name) + file;
  if (options.offline || is_recorded(unlisted.file.name, folder_of(options))) {
    unlisted.file.urls.push_back(hub_endpoint());  // it is not asked
    return unlisted;
  }
  const HubFile found = look_up(name, file, options.network);
  unlisted.commit = found.commit;
  unlisted.file.urls.push_back(found.url);
  if (is_hub_secure() || options.trust_prefix) {
    unlisted.file.sha256 = found.sha256;
    unlisted.file.bytes = found.bytes;
  }
  return unlisted;
}

UnlistedFile file_of_url(const std::string& url, const FetchOptions& options) {
  const size_t mark = url.find(kHashMark);
  const std::string address = url.substr(0, mark);
  UnlistedFile unlisted;
  if (mark == std::string::npos) {
    if (const auto hub = parse_hub_url(at_hub_endpoint(address)))
      return file_of_hub(hub->name, hub->file, options);
  } else {
    unlisted.file.sha256 = hash_after(url, mark);
  }
  unlisted.file.urls.push_back(address);
  unlisted.file.name = url_cache_name(address);
  if (unlisted.file.sha256.empty()) {
    unlisted.file.sha256_prefix = prefix_in(fs::path(unlisted.file.name).filename());
  }
  return unlisted;
}

FetchResult fetch_unlisted(const std::string& name, const UnlistedFile& unlisted,
                           const FetchOptions& options) {
  WeightRecord record;
  record.name = name;
  record.files.push_back(unlisted.file);
  FetchResult result = fetch(record, options);
  if (!unlisted.commit.empty() && !unlisted.file.sha256.empty()) {
    result.note +=
        (result.note.empty() ? "" : "; ") + hub_note(unlisted.commit, result.sha256, folder_of(options));
  }
  return result;
}

HubModel fetch_hub_model(const HubName& name, const FetchOptions& options) {
  const fs::path folder = folder_of(options);
  const std::string config_name = hub_cache_folder(name) + std::string(kConfig);
  HubModel model{.folder = folder / hub_cache_folder(name),
                 .weights = {},
                 .file = file_of_hub(name, std::string(kWeights), options)};
  if (!options.offline && !is_recorded(config_name, folder)) {
    HubName pinned = name;
    if (!model.file.commit.empty()) pinned.revision = model.file.commit;
    const auto keep = [&](std::string_view file) {
      const std::string text = read_hub_text(pinned, std::string(file), options.network);
      keep_text(text, hub_cache_folder(name) + std::string(file), folder, options);
    };
    try {
      keep(kPreprocessor);
    } catch (const DownloadError& error) {
      if (error.status() != kNotFound) throw;
    }
    keep(kConfig);
  }
  model.weights = fetch_unlisted(name.text(), model.file, options);
  if (!is_recorded(config_name, folder)) {
    throw Error(ErrorCode::not_found, (folder / config_name).string(),
                "is not there, and --offline forbids to fetch it");
  }
  return model;
}

}  // namespace zoo
