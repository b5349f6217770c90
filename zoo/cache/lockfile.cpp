#include "zoo/cache/lockfile.h"

#include <system_error>

#include "zoo/base/environment.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/json_node.h"
#include "zoo/base/json_string.h"

namespace zoo {
namespace {

// {"version": 1, "files": {"name": {"sha256": "...", "bytes": 1}}}
LockEntries parse(const std::string& text, const std::string& file) {
  const JsonTree tree(text, file);
  const JsonNode root(tree, file);
  root.check_members({"version", "files"}, {});
  root["version"].integer(1, 1);
  LockEntries entries;
  for (const auto& [name, node] : root["files"].members()) {
    node.check_members({"sha256", "bytes"}, {});
    const std::string hash = node["sha256"].text();
    if (hash.size() != 64 || hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
      node["sha256"].refuse("is not a SHA-256 of 64 hex digits");
    }
    entries[name] = {hash, node["bytes"].integer(0, JsonNode::kAny)};
  }
  return entries;
}

std::optional<LockEntry> find(const LockEntries& entries, const std::string& file_name) {
  const auto found = entries.find(file_name);
  return found == entries.end() ? std::nullopt : std::optional(found->second);
}

std::string to_text(const LockEntries& entries) {
  std::string files;
  for (const auto& [name, entry] : entries) {
    files += (files.empty() ? "\n    " : ",\n    ") + json_string(name) +
             ": {\n      \"bytes\": " + std::to_string(entry.bytes) +
             ",\n      \"sha256\": " + json_string(entry.sha256) + "\n    }";
  }
  return "{\n  \"files\": {" + files + (files.empty() ? "" : "\n  ") + "},\n  \"version\": 1\n}\n";
}

}  // namespace

std::filesystem::path lock_path(const std::filesystem::path& folder) {
  return folder / "weights.lock.json";
}

std::filesystem::path find_project_lock() {
  std::error_code none;
  if (const auto chosen = environment("ZOO_LOCK")) {
    if (std::filesystem::is_regular_file(*chosen, none)) return *chosen;
    throw Error(ErrorCode::not_found, *chosen, "no such file, though ZOO_LOCK names it",
                "'zoo lock --out FILE' writes one.");
  }
  const std::filesystem::path here = lock_path("");
  return std::filesystem::is_regular_file(here, none) ? here : std::filesystem::path();
}

std::optional<LockEntry> read_lock(const std::filesystem::path& folder, const std::string& file_name) {
  return find(read_lock_file(lock_path(folder)), file_name);
}

LockEntries read_lock_file(const std::filesystem::path& path) {
  std::error_code none;
  if (!std::filesystem::exists(path, none)) return {};
  const std::string text = read_text(path);
  try {
    return parse(text, path.string());
  } catch (const Error& error) {
    throw Error(error.code(), {}, error.what(), "Delete the file; hashes are then recorded anew.");
  }
}

void write_lock_file(const std::filesystem::path& path, const LockEntries& entries) {
  write_text(path, to_text(entries));
}

void write_lock(const std::filesystem::path& folder, const std::string& file_name, const LockEntry& entry) {
  const std::filesystem::path path = lock_path(folder);
  AtomicFile file(path, [] {});
  LockEntries entries = read_lock_file(path);
  if (const auto known = find(entries, file_name)) {
    if (*known == entry) return;
    throw Error(
        ErrorCode::hash_mismatch, path.string(),
        "'" + file_name + "' is recorded with SHA-256 " + known->sha256 + ", now it is " + entry.sha256);
  }
  entries[file_name] = entry;
  file.write(to_text(entries));
  file.commit();
}

}  // namespace zoo
