#include "zoo/core/lockfile.h"

#include <nlohmann/json.hpp>

#include "zoo/core/error.h"
#include "zoo/core/file.h"

namespace zoo {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& pointer,
                         const std::string& what) {
  throw Error(ErrorCode::corrupt, path.string() + (pointer.empty() ? "" : ":" + pointer), what,
              "Delete the file; hashes are then recorded anew.");
}

bool is_sha256(const json& value) {
  return value.is_string() && value.get_ref<const std::string&>().size() == 64 &&
         value.get_ref<const std::string&>().find_first_not_of("0123456789abcdef") == std::string::npos;
}

// {"version": 1, "files": {"name": {"sha256": "...", "bytes": 1}}}
json read_document(const std::filesystem::path& path) {
  std::error_code none;
  if (!std::filesystem::exists(path, none)) return {{"version", 1}, {"files", json::object()}};
  json document = json::parse(read_text(path), nullptr, false);
  if (document.is_discarded()) refuse(path, "", "is not JSON");
  if (!document.is_object() || !document.contains("version") || !document.contains("files")) {
    refuse(path, "", "is not an object with 'version' and 'files'");
  }
  if (document["version"] != 1) refuse(path, "/version", "is " + document["version"].dump() + ", expected 1");
  if (!document["files"].is_object()) refuse(path, "/files", "is not an object");
  for (const auto& [name, entry] : document["files"].items()) {
    if (!entry.is_object() || entry.size() != 2 || !entry.contains("sha256") || !is_sha256(entry["sha256"]) ||
        !entry.contains("bytes") || !entry["bytes"].is_number_integer()) {
      refuse(path, "/files/" + name, "is not an object with a sha256 of 64 hex digits and a number of bytes");
    }
  }
  return document;
}

std::optional<LockEntry> find(const json& document, const std::string& file_name) {
  const json& files = document["files"];
  const auto found = files.find(file_name);
  if (found == files.end()) return std::nullopt;
  return LockEntry{.sha256 = (*found)["sha256"], .bytes = (*found)["bytes"]};
}

}  // namespace

std::filesystem::path lock_path(const std::filesystem::path& folder) {
  return folder / "weights.lock.json";
}

std::optional<LockEntry> read_lock(const std::filesystem::path& folder, const std::string& file_name) {
  return find(read_document(lock_path(folder)), file_name);
}

void write_lock(const std::filesystem::path& folder, const std::string& file_name, const LockEntry& entry) {
  const std::filesystem::path path = lock_path(folder);
  AtomicFile file(path, path.string() + ".part", [] {});
  json document = read_document(path);
  if (const auto known = find(document, file_name)) {
    if (*known == entry) return;
    throw Error(
        ErrorCode::hash_mismatch, path.string(),
        "'" + file_name + "' is recorded with SHA-256 " + known->sha256 + ", now it is " + entry.sha256);
  }
  document["files"][file_name] = {{"sha256", entry.sha256}, {"bytes", entry.bytes}};
  file.write(document.dump(2) + "\n");
  file.commit();
}

}  // namespace zoo
