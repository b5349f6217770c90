#include "zoo/base/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "zoo/base/sha256.h"
#include "zoo/base/text.h"

namespace zoo {
namespace {

constexpr size_t kLongestName = 120;

// The last part of the URL's path as a file name that is safe anywhere.
std::string file_name_in(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  std::string name(url.substr(url.find_last_of('/') + 1));
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-' && c != '_') c = '_';
  }
  name.erase(0, name.find_first_not_of('.'));
  if (name.size() > kLongestName) name.erase(0, name.size() - kLongestName);
  return name.empty() ? "file" : name;
}

}  // namespace

std::string url_scheme(std::string_view url) {
  const size_t end = url.find("://");
  return end == std::string_view::npos ? "" : to_lower(url.substr(0, end));
}

bool is_url(std::string_view text) {
  const std::string scheme = url_scheme(text);
  return scheme == "https" || scheme == "http" || scheme == "file";
}

std::string url_cache_name(std::string_view url) {
  const std::string address(url.substr(0, url.find('#')));
  return "url/" + sha256_hex(std::as_bytes(std::span(address))).substr(0, 16) + "/" + file_name_in(address);
}

std::string hash_in_name(const std::string& name) {
  const size_t dot = name.find_last_of('.');
  const size_t dash = name.find_last_of('-', dot);
  if (dot == std::string::npos || dash == std::string::npos) return "";
  const std::string digits = name.substr(dash + 1, dot - dash - 1);
  const bool hash = digits.size() >= 8 && digits.size() < 64 &&
                    digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  return hash ? digits : "";
}

bool is_local_url(std::string_view url) {
  return url_scheme(url) == "file";
}

std::string file_url(const std::filesystem::path& path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string url = "file://";
  for (const char c : path.string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("/-._~").find(c) != std::string_view::npos) {
      url += c;
    } else {
      url += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return url;
}

std::filesystem::path path_of_file_url(std::string_view url) {
  constexpr std::string_view kScheme = "file://";
  std::string path;
  for (url.remove_prefix(std::min(kScheme.size(), url.size())); !url.empty();) {
    unsigned byte = 0;
    const bool escaped = url.size() >= 3 && url.front() == '%' &&
                         std::from_chars(url.data() + 1, url.data() + 3, byte, 16).ptr == url.data() + 3;
    path += escaped ? static_cast<char>(byte) : url.front();
    url.remove_prefix(escaped ? 3 : 1);
  }
  return path;
}

}  // namespace zoo
