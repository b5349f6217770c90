#include "zoo/cache/lockfile.h"

#include <limits>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "zoo/base/environment.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/json_string.h"

namespace zoo {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& pointer,
                         const std::string& what) {
  throw Error(ErrorCode::corrupt, path.string() + (pointer.empty() ? "" : ":" + pointer), what,
              "Delete the file; hashes are then recorded anew.");
}

// Reads {"version": 1, "files": {"name": {"sha256": "...", "bytes": 1}}} event by event. The library's own
// tree of values would be shorter, but does not survive when memory ends: its destructor allocates.
class Reader : public nlohmann::json_sax<json> {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path) {}

  LockEntries read(const std::string& text) {
    if (!json::sax_parse(text, this)) refuse(path_, "", "is not JSON");
    if (!has_version_ || !has_files_) refuse(path_, "", "is not an object with 'version' and 'files'");
    return std::move(entries_);
  }

  bool start_object(size_t) override {
    if (keys_.size() == 1 && keys_[0] == "files") {
      has_files_ = true;
    } else if (is_entry()) {
      entry_ = {.sha256 = {}, .bytes = -1};
    } else if (!keys_.empty()) {
      refuse_value();
    }
    keys_.emplace_back();
    return true;
  }
  bool key(string_t& name) override {
    keys_.back() = name;
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    if (is_entry()) {
      if (entry_.sha256.empty() || entry_.bytes < 0) refuse_value();
      entries_[keys_[1]] = std::move(entry_);
    }
    return true;
  }
  bool start_array(size_t) override { refuse_value(); }
  bool end_array() override { return true; }
  bool null() override { refuse_value(); }
  bool boolean(bool) override { refuse_value(); }
  bool number_float(number_float_t, const string_t&) override { refuse_value(); }
  bool binary(binary_t&) override { return false; }  // not in text
  bool number_integer(number_integer_t) override { refuse_value(); }
  bool number_unsigned(number_unsigned_t value) override {
    if (keys_.size() == 1 && keys_[0] == "version") {
      if (value != 1) refuse(path_, "/version", "is " + std::to_string(value) + ", expected 1");
      has_version_ = true;
    } else if (keys_.size() == 3 && keys_[2] == "bytes" && value <= kMaxBytes) {
      entry_.bytes = static_cast<int64_t>(value);
    } else {
      refuse_value();
    }
    return true;
  }
  bool string(string_t& value) override {
    const bool is_hash =
        value.size() == 64 && value.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (keys_.size() != 3 || keys_[2] != "sha256" || !is_hash) refuse_value();
    entry_.sha256 = value;
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  static constexpr uint64_t kMaxBytes = std::numeric_limits<int64_t>::max();

  bool is_entry() const { return keys_.size() == 2 && keys_[0] == "files"; }

  // What stands at keys_ is not what belongs there.
  [[noreturn]] void refuse_value() const {
    if (keys_.empty()) refuse(path_, "", "is not an object with 'version' and 'files'");
    if (keys_[0] == "version") refuse(path_, "/version", "is not a number, expected 1");
    if (keys_[0] != "files") refuse(path_, "/" + keys_[0], "is no member of a lock file");
    if (keys_.size() == 1) refuse(path_, "/files", "is not an object");
    refuse(path_, "/files/" + keys_[1],
           "is not an object with a sha256 of 64 hex digits and a number of bytes");
  }

  const std::filesystem::path& path_;
  std::vector<std::string> keys_;  // of the objects that are open
  LockEntry entry_;
  LockEntries entries_;
  bool has_version_ = false, has_files_ = false;
};

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
  return Reader(path).read(read_text(path));
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
