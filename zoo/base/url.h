// The few things about URLs that the manifest and the downloader must know.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace zoo {

// "https" of "https://...", lower-case; "" without "://".
std::string url_scheme(std::string_view url);
// "https://...", "http://..." or "file://...".
bool is_url(std::string_view text);
// Where in the cache the file of a URL lies that no manifest has: "url/16 hex digits of its hash/file name".
std::string url_cache_name(std::string_view url);
// "f37072fd" of a file name such as "resnet18-f37072fd.pth", torch hub's convention for the first digits of
// its SHA-256, 8 or more; "" of others.
std::string hash_in_name(const std::string& file_name);
// What lies on this machine needs no network: file URLs.
bool is_local_url(std::string_view url);
// "file:///..." of an absolute path.
std::string file_url(const std::filesystem::path& path);
// The path of a file URL, as file_url writes it.
std::filesystem::path path_of_file_url(std::string_view url);

}  // namespace zoo
