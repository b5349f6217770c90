// Tar files, byte by byte.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace zoo::test {

struct TarItem {
  std::string name, data;
  char type = '0';
  std::string prefix = {};  // ustar's
};

inline std::string tar_header(const TarItem& item) {
  std::string header(512, '\0');
  const auto put = [&](size_t at, const std::string& text) { header.replace(at, text.size(), text); };
  char size[12];
  std::snprintf(size, sizeof size, "%011llo", static_cast<unsigned long long>(item.data.size()));
  put(0, item.name.substr(0, 100));
  put(100, "0000644");
  put(124, size);
  header[156] = item.type;
  put(257, "ustar");
  put(263, "00");
  put(345, item.prefix);
  put(148, std::string(8, ' '));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", sum);
  put(148, std::string(digits) + '\0' + ' ');
  return header;
}

inline std::string tar(const std::vector<TarItem>& items) {
  std::string file;
  for (const TarItem& item : items) {
    file += tar_header(item) + item.data;
    file.resize((file.size() + 511) / 512 * 512, '\0');
  }
  return file + std::string(1024, '\0');
}

}  // namespace zoo::test
