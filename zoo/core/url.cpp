#include "zoo/core/url.h"

#include <cctype>

#include "zoo/core/text.h"

namespace zoo {

std::string url_scheme(std::string_view url) {
  const size_t end = url.find("://");
  return end == std::string_view::npos ? "" : to_lower(url.substr(0, end));
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

}  // namespace zoo
