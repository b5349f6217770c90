#include "zoo/cache/cache.h"

#include <algorithm>
#include <system_error>

#include "zoo/base/environment.h"
#include "zoo/base/error.h"
#include "zoo/base/sha256.h"
#include "zoo/cache/expected.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

fs::path folder_or_cache(const fs::path& directory) {
  return directory.empty() ? cache_directory() : directory;
}

bool has_right_size(const WeightFile& file, const fs::path& path) {
  const int64_t size = size_of(path);
  return size >= 0 && (file.bytes < 0 || size == file.bytes);
}

}  // namespace

fs::path cache_directory() {
  if (const auto home = environment("ZOO_HOME")) return *home;
  if (const auto cache = user_cache_folder()) return *cache / "zoo";
  throw Error(ErrorCode::not_found, "", "no folder for downloads: neither ZOO_HOME nor HOME is set",
              "Set ZOO_HOME to a folder of your choice.");
}

fs::path cached_path(const WeightRecord& record, const fs::path& directory) {
  const fs::path folder = folder_or_cache(directory);
  for (const WeightFile& file : record.files) {
    if (has_right_size(file, folder / file.name)) return folder / file.name;
  }
  return folder / record.file().name;
}

bool is_cached(const WeightRecord& record, const fs::path& directory) {
  const fs::path folder = folder_or_cache(directory);
  return std::ranges::any_of(
      record.files, [&](const WeightFile& file) { return has_right_size(file, folder / file.name); });
}

VerifyResult verify_file(const WeightRecord& record, const fs::path& path, const fs::path& project_lock) {
  VerifyResult result{.verdict = Verdict::missing, .path = path, .expected = {}, .actual = {}};
  const int64_t size = size_of(path);
  if (size < 0) return result;
  const auto named = std::ranges::find(record.files, path.filename().string(), &WeightFile::name);
  const WeightFile& file = named == record.files.end() ? record.file() : *named;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Expected expected = expect(file, folder, project_lock);
  if (expected.bytes >= 0 && size != expected.bytes) {
    result.verdict = Verdict::wrong_size;
    result.expected = std::to_string(expected.bytes);
    result.actual = std::to_string(size);
    return result;
  }
  result.expected = expected.hash_text();
  result.actual = sha256_file(path);
  result.verdict = !expected.matches(result.actual) ? Verdict::wrong_hash
                   : expected.sha256.empty()        ? Verdict::ok_prefix_only
                                                    : Verdict::ok;
  return result;
}

}  // namespace zoo
