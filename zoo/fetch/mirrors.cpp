#include "zoo/fetch/mirrors.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>

#include "zoo/base/environment.h"
#include "zoo/base/error.h"
#include "zoo/base/url.h"
#include "zoo/fetch/hub.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(std::string_view text, const std::string& what) {
  throw Error(
      ErrorCode::usage, "mirror '" + std::string(text) + "'", what,
      "Give FROM=TO, both the beginning of URLs, or a folder or URL that has the files by their names.");
}

bool is_web(std::string_view url) {
  const std::string scheme = url_scheme(url);
  return scheme == "https" || scheme == "http";
}

std::string without_slash(std::string text) {
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

std::string place_url(std::string_view text, std::string_view place) {
  if (place.empty()) refuse(text, "names no place to get files from");
  if (is_web(place) || is_local_url(place)) return without_slash(std::string(place));
  if (!url_scheme(place).empty())
    refuse(text, "scheme '" + url_scheme(place) + "', expected https, http or file");
  return without_slash(file_url(fs::absolute(place).lexically_normal()));
}

// What of `url` follows `from`, where that ends at a whole part of it.
std::optional<std::string> rest_after(const std::string& url, const std::string& from) {
  if (!url.starts_with(from)) return std::nullopt;
  std::string rest = url.substr(from.size());
  if (!rest.empty() && rest.front() != '/') return std::nullopt;
  return rest;
}

}  // namespace

Mirror parse_mirror(std::string_view text) {
  const size_t equals = text.find('=');
  const std::string_view before = text.substr(0, equals);
  if (equals == std::string_view::npos || url_scheme(before).empty())
    return {.from = {}, .to = place_url(text, text)};
  if (!is_web(before)) refuse(text, "what stands before '=' is not the beginning of an https or http URL");
  return {.from = without_slash(std::string(before)), .to = place_url(text, text.substr(equals + 1))};
}

std::vector<Mirror> environment_mirrors() {
  std::vector<Mirror> mirrors;
  std::istringstream words(environment("ZOO_MIRROR").value_or(""));
  for (std::string word; words >> word;) mirrors.push_back(parse_mirror(word));
  return mirrors;
}

void add_given_url(const std::string& name, const WeightRecord& record, std::vector<Mirror>& mirrors) {
  if (!is_web(name)) return;
  for (const WeightFile& file : record.files) {
    if (std::ranges::find(file.urls, name) != file.urls.end()) return;
    const std::string path = name.substr(0, name.find('?'));
    if (path.ends_with("/" + file.name))
      mirrors.insert(mirrors.begin(), {.from = file.urls.front(), .to = name});
  }
}

std::vector<FileSource> sources_of(const WeightFile& file, std::span<const Mirror> mirrors) {
  std::vector<FileSource> sources;
  const auto add_own = [&](bool local) {
    for (const std::string& url : file.urls) {
      if (is_local_url(url) == local) sources.push_back({.url = at_hub_endpoint(url), .own = true});
    }
  };
  add_own(true);
  for (const Mirror& mirror : mirrors) {
    if (mirror.from.empty()) {
      sources.push_back({.url = mirror.to + "/" + file.name, .own = false});
      continue;
    }
    for (const std::string& url : file.urls) {
      if (const auto rest = rest_after(url, mirror.from))
        sources.push_back({.url = mirror.to + *rest, .own = false});
    }
  }
  add_own(false);
  return sources;
}

}  // namespace zoo
