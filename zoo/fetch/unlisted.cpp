#include "zoo/fetch/unlisted.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/sha256.h"
#include "zoo/base/url.h"
#include "zoo/cache/cache.h"
#include "zoo/cache/expected.h"
#include "zoo/cache/known_caches.h"
#include "zoo/cache/lockfile.h"
#include "zoo/cache/verified.h"
#include "zoo/fetch/present.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kHashMark = "#sha256=";
constexpr std::string_view kWeights = "model.safetensors";
constexpr std::string_view kConfig = "config.json";
constexpr std::string_view kPreprocessor = "preprocessor_config.json";  // transformers' own models have it
constexpr int64_t kNotFound = 404;
// As find_weights_in() of zoo/checkpoint looks for them.
constexpr std::array<std::string_view, 6> kAnyWeights{"model.safetensors",  "model.safetensors.index.json",
                                                      "pytorch_model.bin",  "pytorch_model.bin.index.json",
                                                      "flax_model.msgpack", "tf_model.h5"};

std::string hash_of(std::string_view text) {
  return sha256_hex(std::as_bytes(std::span(text)));
}

fs::path folder_of(const FetchOptions& options) {
  return options.directory.empty() ? cache_directory() : options.directory;
}

// It is there with the bytes that were recorded.
bool is_as_recorded(const std::string& file_name, const FetchOptions& options) {
  const fs::path folder = folder_of(options);
  std::string wrong;
  return read_lock(folder, file_name) && find_present({.name = file_name}, folder, options, wrong);
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

// Nobody else puts files where a model is looked for.
void refuse_foreign(const std::string& file_name, const fs::path& folder) {
  if (size_of(folder / file_name) < 0 || read_lock(folder, file_name)) return;
  throw Error(ErrorCode::hash_mismatch, (folder / file_name).string(), "was not downloaded by zoo",
              "Delete it.");
}

bool may_ask_hub(const FetchOptions& options) {
  return !options.offline && !is_hub_offline();
}

// Hashes a file of Hugging Face's cache where the cache itself or a lock file says what it has to be; returns
// the hash or "".
std::string check_snapshot_file(const HubName& name, const fs::path& file, const FetchOptions& options) {
  const fs::path folder = folder_of(options);
  const Expected expected =
      expect({.name = hub_cache_folder(name) + file.filename().string(), .sha256 = hugging_face_hash(file)},
             folder, options.project_lock);
  if (expected.sha256.empty()) return "";
  std::string actual = verified_sha256(folder, fs::absolute(file));
  if (actual == expected.sha256) return actual;
  throw Error(ErrorCode::hash_mismatch, file.string(),
              "SHA-256 is " + actual + ", expected " + expected.sha256,
              "Delete the file that it links to, and let Hugging Face's library download it again.");
}

std::string in_place_note(const fs::path& path) {
  return path.string() + ", of Hugging Face's own cache, is used where it lies";
}

std::optional<HubModel> model_in_snapshot(const HubName& name, const FetchOptions& options) {
  const auto snapshot = hugging_face_snapshot(name);
  if (!snapshot || size_of(*snapshot / kConfig) < 0) return std::nullopt;
  const auto* const weights = std::ranges::find_if(
      kAnyWeights, [&](std::string_view file) { return size_of(*snapshot / file) >= 0; });
  if (weights == kAnyWeights.end()) return std::nullopt;
  check_snapshot_file(name, *snapshot / kConfig, options);
  if (size_of(*snapshot / kPreprocessor) >= 0) check_snapshot_file(name, *snapshot / kPreprocessor, options);
  HubModel model{.folder = *snapshot, .weights = {.path = *snapshot / *weights}, .file = {}};
  const fs::path whole = weights->ends_with(".json") ? fs::path(*weights).stem().stem() : fs::path(*weights);
  for (const auto& entry : fs::directory_iterator(*snapshot)) {  // the file, or its shards
    if (entry.path().extension() != whole.extension() || size_of(entry.path()) < 0) continue;
    const std::string sha256 = check_snapshot_file(name, entry.path(), options);
    if (entry.path() == model.weights.path) model.weights.sha256 = sha256;
  }
  model.weights.note = in_place_note(model.weights.path);
  return model;
}

}  // namespace

UnlistedFile file_of_hub(const HubName& name, const std::string& file, const FetchOptions& options) {
  UnlistedFile unlisted;
  unlisted.file.name = hub_cache_folder(name) + file;
  const bool is_here = is_as_recorded(unlisted.file.name, options);
  if (is_here || !may_ask_hub(options)) {
    unlisted.file.urls.push_back(hub_endpoint() + "/");  // it is not asked
    const auto snapshot = is_here ? std::nullopt : hugging_face_snapshot(name);
    if (snapshot && size_of(*snapshot / file) >= 0) {
      unlisted.in_place = *snapshot / file;
      unlisted.file.sha256 = check_snapshot_file(name, unlisted.in_place, options);
    }
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
    unlisted.file.sha256_prefix = hash_in_name(fs::path(unlisted.file.name).filename());
  }
  return unlisted;
}

FetchResult fetch_unlisted(const std::string& name, const UnlistedFile& unlisted,
                           const FetchOptions& options) {
  if (!unlisted.in_place.empty()) {
    return {
        .path = unlisted.in_place, .sha256 = unlisted.file.sha256, .note = in_place_note(unlisted.in_place)};
  }
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
  const auto name_of = [&](std::string_view file) { return hub_cache_folder(name) + std::string(file); };
  const auto is_here = [&](std::string_view file) { return is_as_recorded(name_of(file), options); };
  if (!may_ask_hub(options) && !(is_here(kWeights) && is_here(kConfig))) {
    if (auto model = model_in_snapshot(name, options)) return *std::move(model);
  }
  HubModel model{.folder = folder / hub_cache_folder(name),
                 .weights = {},
                 .file = file_of_hub(name, std::string(kWeights), options)};
  refuse_foreign(name_of(kPreprocessor), folder);
  const bool lacks_preprocessor = read_lock(folder, name_of(kPreprocessor)) && !is_here(kPreprocessor);
  if (may_ask_hub(options) && (!is_here(kConfig) || lacks_preprocessor)) {
    HubName pinned = name;
    if (!model.file.commit.empty()) pinned.revision = model.file.commit;
    const auto keep = [&](std::string_view file) {
      const std::string text = read_hub_text(pinned, std::string(file), options.network);
      keep_text(text, name_of(file), folder, options);
    };
    try {
      keep(kPreprocessor);
    } catch (const DownloadError& error) {
      if (error.status() != kNotFound) throw;
    }
    keep(kConfig);
  }
  model.weights = fetch_unlisted(name.text(), model.file, options);
  for (const std::string_view file : {kConfig, kPreprocessor}) {
    if (may_ask_hub(options) || is_here(file) || (file == kPreprocessor && !lacks_preprocessor)) continue;
    throw Error(ErrorCode::not_found, (folder / name_of(file)).string(),
                std::string("is not there as it was downloaded, and ") +
                    (options.offline ? "--offline" : "HF_HUB_OFFLINE") + " forbids to fetch it");
  }
  return model;
}

}  // namespace zoo
