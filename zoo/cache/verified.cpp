#include "zoo/cache/verified.h"

#include <cstdint>
#include <map>
#include <optional>
#include <sstream>

#include <sys/stat.h>

#include "zoo/base/descriptor.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/sha256.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

// "inode size mtime ctime": another file, or one that was written since, has another one.
std::optional<std::string> stamp_of(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  const auto ns = [](const timespec& time) {
    return std::to_string(time.tv_sec * INT64_C(1'000'000'000) + time.tv_nsec);
  };
  return std::to_string(status.st_ino) + " " + std::to_string(status.st_size) + " " + ns(status.st_mtim) +
         " " + ns(status.st_ctim);
}

struct Verdict {
  std::string stamp, sha256;
};
using Verdicts = std::map<std::string, Verdict>;  // by file name

fs::path record_path(const fs::path& folder) {
  return folder / ".weights.verified";
}

std::string text_of_record(const fs::path& folder) {
  try {
    const fs::path path = record_path(folder);
    return is_own_file(path) ? read_text(path) : "";
  } catch (const Error&) {
    return "";
  }
}

// Lines "SHA256 INODE SIZE MTIME CTIME NAME". What is not such a line, or cannot be read, says nothing.
Verdicts read_record(const fs::path& folder) {
  Verdicts verdicts;
  std::istringstream lines(text_of_record(folder));
  for (std::string line; std::getline(lines, line);) {
    constexpr size_t kHash = 64;
    size_t end = kHash;
    for (int i = 0; i < 4 && end != std::string::npos; ++i) end = line.find(' ', end + 1);
    if (end == std::string::npos || line[kHash] != ' ') continue;
    verdicts[line.substr(end + 1)] = {.stamp = line.substr(kHash + 1, end - kHash - 1),
                                      .sha256 = line.substr(0, kHash)};
  }
  return verdicts;
}

void remember(const fs::path& folder, const std::string& file_name, const Verdict& verdict) {
  if (file_name.find('\n') != std::string::npos) return;  // would be two lines
  try {
    AtomicFile file(record_path(folder), [] {});
    Verdicts verdicts = read_record(folder);
    verdicts[file_name] = verdict;
    for (const auto& [name, one] : verdicts) file.write(one.sha256 + " " + one.stamp + " " + name + "\n");
    file.commit();
  } catch (const Error&) {
    return;  // a folder that may only be read: the file is hashed again next time
  }
}

}  // namespace

std::string verified_sha256(const fs::path& folder, const std::string& file_name) {
  const fs::path path = folder / file_name;
  const auto stamp = stamp_of(path);
  const Verdicts verdicts = read_record(folder);
  const auto known = verdicts.find(file_name);
  if (stamp && known != verdicts.end() && known->second.stamp == *stamp) return known->second.sha256;
  std::string sha256 = sha256_file(path);
  if (stamp && stamp_of(path) == stamp) remember(folder, file_name, {.stamp = *stamp, .sha256 = sha256});
  return sha256;
}

void remember_sha256(const fs::path& folder, const std::string& file_name, const std::string& sha256) {
  if (const auto stamp = stamp_of(folder / file_name)) {
    remember(folder, file_name, {.stamp = *stamp, .sha256 = sha256});
  }
}

}  // namespace zoo
