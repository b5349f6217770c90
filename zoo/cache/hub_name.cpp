#include "zoo/cache/hub_name.h"

#include <algorithm>

#include "zoo/base/error.h"

namespace zoo {
namespace {

constexpr std::string_view kScheme = "hf:";
constexpr size_t kLongestPart = 96, kLongestRevision = 200;

bool is_repository_part(std::string_view text) {
  return is_plain_name(text) && text.size() <= kLongestPart && text.find("--") == std::string_view::npos;
}

bool is_revision(std::string_view text) {
  if (text.size() > kLongestRevision) return false;
  for (;;) {
    const size_t slash = text.find('/');
    if (!is_plain_name(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

}  // namespace

bool is_plain_name(std::string_view text) {
  const bool known = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  return known && !text.empty() && text.front() != '.' && text.front() != '-' && text.back() != '.' &&
         text.find("..") == std::string_view::npos;
}

std::string HubName::text() const {
  return std::string(kScheme) + owner + "/" + repository + (revision == "main" ? "" : "@" + revision);
}

bool is_hub_name(std::string_view text) {
  return text.starts_with(kScheme);
}

HubName parse_hub_name(std::string_view text) {
  const std::string_view rest = is_hub_name(text) ? text.substr(kScheme.size()) : text;
  const size_t at = rest.find('@');
  const std::string_view path = rest.substr(0, at);
  const size_t slash = path.find('/');
  HubName name;
  name.owner = path.substr(0, slash);
  if (slash != std::string_view::npos) name.repository = path.substr(slash + 1);
  if (at != std::string_view::npos) name.revision = rest.substr(at + 1);
  if (is_hub_name(text) && is_repository_part(name.owner) && is_repository_part(name.repository) &&
      is_revision(name.revision)) {
    return name;
  }
  throw Error(ErrorCode::usage, "", "'" + std::string(text) + "' is no name on the hub",
              "Give hf:OWNER/REPO or hf:OWNER/REPO@REVISION, as in hf:microsoft/resnet-50.");
}

std::string hub_cache_folder(const HubName& name) {
  // No revision has a '%'. What is called "a--b" is of older versions, which meant a/b or a--b.
  std::string revision;
  for (const char c : name.revision) {
    if (c == '/') {
      revision += "%2F";
    } else if (c == '-' && revision.ends_with('-')) {
      revision += "%2D";
    } else {
      revision += c;
    }
  }
  return "hf/" + name.owner + "--" + name.repository + "/" + revision + "/";
}

}  // namespace zoo
